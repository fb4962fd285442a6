"""Does the Markdown page have the heading that a claim names?"""

from __future__ import annotations

from opsreview.operating_model.surfaces.claims import Claim, Miss, unknown
from opsreview.operating_model.surfaces.markdown import plain
from opsreview.operating_model.surfaces.paths import no_file
from opsreview.operating_model.surfaces.repository import Repository, is_page, nearest


def heading_miss(repository: Repository, claim: Claim) -> Miss | None:
    """Why no page at the claim's path has its heading; marks in either do not matter."""
    files = repository.checkout.matching(claim.page)
    if not files:
        return no_file(repository, claim.page)
    pages = [page for path in files if is_page(path) and (page := repository.page(path))]
    if not pages:
        return unknown(f"{claim.page} is no Markdown that could be read, so its headings are not")
    known = [heading for page in pages for heading in page.headings]
    if plain(claim.wanted.lstrip("#")) in known:
        return None
    return Miss(
        f"{claim.page} has no heading “{claim.wanted}” among its {len(known)}"
        f"{nearest(claim.wanted, known)}: correct the heading in one of the two"
    )
