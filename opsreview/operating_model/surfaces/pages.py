"""Is the documentation fresh: young enough, and younger than the code it speaks of?"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from opsreview.errors import SourceError
from opsreview.operating_model.document import OperatingModel
from opsreview.operating_model.quantities import hours_of
from opsreview.operating_model.remark import Remark
from opsreview.operating_model.shape_rules import DocEntry
from opsreview.operating_model.surfaces.repository import Repository

_SHALLOW = (
    "cannot tell how old the pages are: the checkout lacks its older history; fetch it with "
    "git fetch --unshallow, or in a workflow with fetch-depth: 0"
)


def page_remarks(repository: Repository, model: OperatingModel, today: date) -> Iterator[Remark]:
    """Pages older than they may be, and pages whose code changed after them."""
    dated = {name: page for name, page in model.entry.docs.items() if page.fresh_for or page.covers}
    if dated and repository.checkout.is_shallow:
        line = model.file.line_of(("docs",))
        yield Remark("info", "surfaces.unknown", "docs", _SHALLOW, line)
        return
    for name, page in dated.items():
        if not repository.files(page.path):
            continue  # said already where the page is looked for
        try:
            yield from _remarks(repository, model, name, page, today)
        except SourceError as error:
            line = model.file.line_of(("docs", name))
            says = f"cannot tell how old {page.path} is: {error}"
            yield Remark("info", "surfaces.unknown", f"docs.{name}", says, line)


def _remarks(
    repository: Repository, model: OperatingModel, name: str, page: DocEntry, today: date
) -> Iterator[Remark]:
    checkout, place = repository.checkout, ("docs", name)
    changed_on = checkout.last_commit_on([page.path])
    if changed_on is None:
        says = f"cannot tell how old {page.path} is: no commit holds it yet"
        yield Remark("info", "surfaces.unknown", f"docs.{name}", says, model.file.line_of(place))
        return
    age_days = (today - changed_on).days
    if page.fresh_for and age_days * 24 > hours_of(page.fresh_for):
        yield Remark(
            "warning",
            "surfaces.stale",
            f"docs.{name}.fresh_for",
            f"{page.path} was last changed on {changed_on}, {age_days} days ago, and may be "
            f"{page.fresh_for} old: read it again, and commit what is no longer true",
            model.file.line_of((*place, "fresh_for")),
        )
    code_on = checkout.last_commit_on(code for code in page.covers if repository.files(code))
    if code_on and code_on > changed_on:
        yield Remark(
            "warning",
            "surfaces.outdated",
            f"docs.{name}.covers",
            f"{page.path} was last changed on {changed_on}, and the code it covers "
            f"{(code_on - changed_on).days} days later, on {code_on}: see whether it still is true",
            model.file.line_of((*place, "covers")),
        )
