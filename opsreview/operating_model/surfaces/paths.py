"""Is the file or folder there that a claim names?"""

from __future__ import annotations

import os.path
from difflib import get_close_matches

from opsreview.checkout import NOT_OURS, is_below
from opsreview.operating_model.surfaces.claims import Claim, Miss
from opsreview.operating_model.surfaces.repository import MOST_NAMED, Repository

_MOST_COMPARED = 5000  # comparing with every name of a large repository takes seconds


def path_miss(repository: Repository, claim: Claim) -> Miss | None:
    """Why no file of ours is at the claim's path; a fixture is none of ours."""
    return None if repository.checkout.matching(claim.wanted) else no_file(repository, claim.wanted)


def area_miss(repository: Repository, claim: Claim) -> Miss | None:
    """The same of an area, which may be code that came from elsewhere."""
    found = repository.checkout.matching(claim.wanted, ours=False)
    return None if found else no_file(repository, claim.wanted)


def no_file(repository: Repository, wanted: str) -> Miss:
    """Nothing of ours is at a path: what is the matter, and what is near."""
    checkout = repository.checkout
    if others := checkout.matching(wanted, ours=False):
        below = next(step for step in others[0].split("/") if step.lower() in NOT_OURS)
        return Miss(
            f"{wanted} is only in {below}/ ({others[0]}), and fixtures and vendored files are no "
            "surface: add one outside of it, or correct the path"
        )
    if os.path.exists(checkout.root / checkout.inside(wanted)):  # however long the name is
        return Miss(f"{wanted} is there, but git does not track it: add it with git add")
    near = _near(repository, wanted)
    hint = f"; nearest: {', '.join(near)}" if near else ""
    count = len(checkout.ours)
    return Miss(
        f"no file or folder {wanted} among the {count} tracked files{hint}: "
        "correct the path in the model, or add the file"
    )


def _near(repository: Repository, wanted: str) -> list[str]:
    checkout = repository.checkout
    folders = {folder for folder in checkout.folders if not is_below(f"{folder}/.", NOT_OURS)}
    known = [*checkout.ours, *sorted(folders - {"."})]
    name = wanted.strip("/").rpartition("/")[2].casefold()
    same_name = [path for path in known if path.rpartition("/")[2].casefold() == name]
    if same_name:
        return same_name[:MOST_NAMED]
    above = wanted.strip("/").rpartition("/")[0]
    siblings = [path for path in known if path.rpartition("/")[0] == above]
    compared = known if len(known) <= _MOST_COMPARED else siblings
    return get_close_matches(wanted.strip("/"), compared, n=MOST_NAMED)
