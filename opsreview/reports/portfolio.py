"""The page of all teams, as one file that needs no other."""

from __future__ import annotations

from markupsafe import Markup

from opsreview.reports.page_files import asset, policy, source_hash
from opsreview.reports.templates import page_environment

STYLES = ("page.css", "portfolio.css")


def portfolio_html(body: str, *, title: str, about: str) -> str:
    """The page around ``body``, HTML of our own blocks, which escape what came from outside."""
    script = asset("portfolio.js")
    page = {
        "title": title,
        "about": about,
        "body": Markup(body),  # noqa: S704
        "policy": policy(source_hash(script)),
        "inline_style": "\n".join(asset(name) for name in STYLES),
        "inline_scripts": [script],
    }
    return page_environment().get_template("portfolio.html.j2").render(page=page)


def portfolio_style() -> str:
    """The rules that the body needs where no page is around it."""
    return asset(STYLES[-1])
