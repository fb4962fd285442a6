"""Do the links of README and the pages lead somewhere? Addresses on the web are never asked."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator
from urllib.parse import unquote

from opsreview.errors import ParamsError
from opsreview.operating_model.remark import Remark
from opsreview.operating_model.shape import ModelEntry
from opsreview.operating_model.surfaces.claims import Claim, Miss, claims
from opsreview.operating_model.surfaces.markdown import Link
from opsreview.operating_model.surfaces.repository import Repository, is_page, listed, nearest

_FRONT_PAGES = ("readme", "contributing", "support", "security")
_FRONT_FOLDERS = ("", ".github/", "docs/")
_ON_WEB = re.compile(r"[a-z][a-z0-9+.-]*:|//", re.IGNORECASE)
_FILLED_IN = re.compile(r"\{\{|\{%|\$\{|%[A-Z_]+%|<")  # a template's word, not a path
# ../../issues in a README is a page of the repository on GitHub.
_ON_GITHUB = re.compile(
    r"(?:\.\./)+(?:issues|pulls|pull|wiki|releases|actions|discussions|security|projects|labels|"
    r"milestones|tags|branches|commits|commit|compare|graphs|network|stargazers|blob|tree|raw|edit|"
    r"new|fork|subscription)(?:[/?#]|$)"
)
_LINE_OF_FILE = re.compile(r"L\d+(?:-L?\d+)?|:~:.*", re.IGNORECASE)
_ENDINGS = ("", ".md", ".mdx", "/index.md", "/index.mdx", "/README.md")


def link_remarks(repository: Repository, entry: ModelEntry) -> Iterator[Remark]:
    """One remark a page with the links in it that lead nowhere."""
    for path in linking_pages(repository, entry):
        page = repository.page(path)
        broken = [
            f"{link.target} on line {link.line} ({problem})"
            for link in (page.links if page else ())
            if (problem := problem_of(repository, path, link))
        ]
        if broken:
            count = "a link leads" if len(broken) == 1 else f"{len(broken)} links lead"
            says = f"in {path} {count} nowhere: {listed(broken, 3)}: correct or remove"
            yield Remark("warning", "surfaces.link", path, says)


def link_miss(repository: Repository, claim: Claim, entry: ModelEntry) -> Miss | None:
    """Why no page holds the claim's link, or why it leads nowhere."""
    wanted, known = claim.wanted, []
    for path in linking_pages(repository, entry):
        page = repository.page(path)
        for link in page.links if page else ():
            known.append(link.target)
            if _same(link.target, wanted) or _meant(path, link.target) == _meant("", wanted):
                problem = problem_of(repository, path, link)
                said = f"the link {link.target} of {path} leads nowhere ({problem}): correct it"
                return Miss(said) if problem else None
    return Miss(
        f"none of the {len(set(known))} links in README and the pages that the model names is "
        f"{wanted}{nearest(wanted, known)}: correct it in the model, or add the link"
    )


def linking_pages(repository: Repository, entry: ModelEntry) -> list[str]:
    """The Markdown pages whose links are looked at: the front ones, and those the model names."""
    found = [path for path in repository.checkout.ours if _is_front(path)]
    for claim in claims(entry):
        named = claim.page or (claim.wanted if claim.place[0] != "areas" else "")
        is_named = claim.kind in {"path", "heading"} and "covers" not in claim.place
        if is_named and is_page(named):
            found += filter(is_page, repository.files(named))
    return list(dict.fromkeys(found))


def problem_of(repository: Repository, page_path: str, link: Link) -> str | None:
    """Why a link leads nowhere; None where it leads somewhere or nobody here can tell."""
    target = link.target
    if _ON_WEB.match(target) or _FILLED_IN.search(target) or target in {"", "#", "#top"}:
        return None
    path, _, anchor = target.partition("#")
    path = unquote(path.partition("?")[0])
    found = page_path if not path else _found(repository, page_path, path)
    if found is None:
        is_of_a_site = path.startswith("/") and "/" in page_path and page_path[0] != "."
        return None if is_of_a_site else "no such file"
    if not anchor or not is_page(found) or _LINE_OF_FILE.fullmatch(anchor):
        return None
    page = repository.page(found)
    if page is None or unquote(anchor).lower() in page.anchors:
        return None
    return "no such heading"


def _is_front(path: str) -> bool:
    folder, _, name = path.rpartition("/")
    stem, _, _ = name.lower().partition(".")
    return (
        is_page(path)
        and stem in _FRONT_PAGES
        and (f"{folder}/" if folder else "") in (_FRONT_FOLDERS)
    )


def _found(repository: Repository, page_path: str, path: str) -> str | None:
    """The file or folder that a path in a page leads to; the path itself where it is on GitHub."""
    joined = _joined(page_path, path)
    if _ON_GITHUB.match(joined):
        return joined
    stem = re.sub(r"\.html?$", "", joined)
    for ending in (*((joined + ending) for ending in _ENDINGS), f"{stem}.md"):
        try:
            if repository.checkout.holds(ending):
                return repository.checkout.inside(ending)
        except ParamsError:
            return None
    return None


def _joined(page_path: str, path: str) -> str:
    folder = "" if path.startswith("/") else posixpath.dirname(page_path)
    return posixpath.normpath(posixpath.join(folder, path.lstrip("/") or "."))


def _meant(page_path: str, target: str) -> tuple[str, str] | None:
    """The file in the repository that a link means, with its anchor; None for the web."""
    if _ON_WEB.match(target):
        return None
    path, _, anchor = target.partition("#")
    return (_joined(page_path, unquote(path)) if path else page_path, anchor.lower())


def _same(one: str, other: str) -> bool:
    return one.rstrip("/") == other.rstrip("/")
