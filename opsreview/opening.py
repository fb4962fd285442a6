"""Finding a built cycle: here, or in a folder above."""

from __future__ import annotations

from pathlib import Path

from opsreview.errors import CycleError
from opsreview.review import Review


def open_review(team: str, cycle: str, *, outputs: str | Path = "outputs") -> Review:
    """A built cycle. A relative ``outputs`` is looked for here and in every folder above.

    Raises:
        CycleError: There is no such team or cycle; the message lists what is there.
    """
    roots = [above / outputs for above in (Path.cwd(), *Path.cwd().parents)]
    for root in roots:
        if (root / team / cycle / "run.json").is_file():
            return Review(root / team / cycle)
    raise CycleError(_what_is_missing(team, cycle, [root for root in roots if root.is_dir()]))


def _what_is_missing(team: str, cycle: str, roots: list[Path]) -> str:
    command = f"run `opsreview run {team} --cycle {cycle}`"
    if not roots:
        return f"there is no outputs folder here or above {Path.cwd()}: {command} first"
    root = next((root for root in roots if (root / team).is_dir()), roots[0])
    cycles = _built_in(root / team)
    if cycles:
        return f"cycle {cycle!r} of {team} is not in {root} (built: {', '.join(cycles)}): {command}"
    teams = [folder.name for folder in sorted(root.iterdir()) if _built_in(folder)]
    built = ", ".join(teams) or "none"
    return f"team {team!r} has no built cycle in {root} (teams with one: {built}): {command}"


def _built_in(team_folder: Path) -> list[str]:
    return sorted(run.parent.name for run in team_folder.glob("*/run.json"))
