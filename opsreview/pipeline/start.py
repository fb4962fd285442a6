"""A new team's folder."""

from __future__ import annotations

import json
import os
import re
import shutil
from collections.abc import Container, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory
from uuid import uuid4

from opsreview.errors import ParamsError
from opsreview.metrics.registry import METRICS
from opsreview.operating_model.document import load_model
from opsreview.operating_model.draft import draft_model
from opsreview.operating_model.draft_people import draft_people
from opsreview.operating_model.facts import CheckoutFacts
from opsreview.operating_model.presets import PRESETS
from opsreview.params import Team, load_team
from opsreview.pipeline.begun import MODEL, PEOPLE, REVIEW, Begun, NewTeam
from opsreview.pipeline.checkout_facts import checkout_facts
from opsreview.pipeline.drafting import facts_of
from opsreview.pipeline.fetching import fetch_sources
from opsreview.pipeline.reading import TeamHistory, read_history, surroundings
from opsreview.sources.terms import DEFAULT_TERMS
from opsreview.store import Store

_REVIEW = """\
# How to read this team's data. Every key is described in the README; unknown keys are errors.
repos: [{repo}]
timezone: {timezone}            # of the team: cycles and calendar days
sources:
{github}
  # - {{kind: git_tags, path: ../../clones/NAME, repo: {repo}}}
  # - {{kind: ics, path: rota.ics, role: primary, person: "on duty: (?P<person>.+)"}}
  # - {{kind: csv, table: incidents, path: incidents.csv,
  #    columns: {{incident_id: id, opened_at: started_at, resolved_at: resolved_at}}}}
# labels: {{priorities: {{p1: [priority/critical]}}, triaged: ["kind/*"], support: [question]}}
# bots: [some-bot]                # machine users that GitHub takes for people
# How people appear on pages, in summaries and exports: shown, inside a team that wants it so;
# pseudonyms, where others read them too; roles, with no number of one person.
privacy: {{names: {names}}}
"""
_API = """\
  - {kind: github}                # GitHub Enterprise: {kind: github, api_url: "https://HOST/api/v3"}
  # - {kind: github_dump, path: ../../dumps/NAME}"""
_DUMP = "  - {{kind: github_dump, path: {dump}}}"


def new_team(name: str, *, params: Path, outputs: Path, wanted: NewTeam) -> Begun:
    """Make ``params/<name>/``, or draft what it lacks from the history that was fetched.

    A new folder reads GitHub, or a dump of it; a dump that is there is read at once, and people and
    operating model are drafted from it. In a folder that is there only the missing ones of the two
    are drafted. No file is written over, and a new folder is made whole or not at all.

    Raises:
        ParamsError: Nothing is missing, a folder cannot be made, or what was given is not valid.
        StoreError: Nothing was fetched yet to draft from.
        SourceError: The dump cannot be read.
    """
    _check_preset(wanted.preset)
    checkout = checkout_facts(wanted.checkout) if wanted.checkout else None
    folder = params / name
    if folder.exists():
        return _completed(name, params, outputs, wanted, checkout)
    if name in {"store", "demo"} or not name.replace("-", "").replace("_", "").isalnum():
        raise ParamsError(f"{name!r} cannot be a team's name: use letters, digits, - and _")
    if wanted.repo is None:
        raise ParamsError(
            f"there is no team {name!r} in {params}: name its repository with --repo OWNER/NAME"
        )
    with _told_of(folder), _scratch_beside(folder) as scratch:
        (scratch / REVIEW).write_text(_review_yaml(folder, wanted), encoding="utf-8")
        (scratch / ".gitignore").write_text("pseudonyms.key\n", encoding="utf-8")
        team = replace(load_team(scratch.name, params), name=name)
        lacks = _why_no_draft(wanted)
        drafted = {} if lacks else drafts(_read_at_once(team), checkout, wanted.preset)
        _write_checked(drafted, team)
        scratch.rename(folder)
    undrafted = lacks or _nobody_known(drafted, ())
    return Begun(folder, (REVIEW, *drafted), _next_step(name, wanted, lacks), (), undrafted)


def drafts(
    history: TeamHistory, checkout: CheckoutFacts | None, preset: str | None
) -> dict[str, str]:
    """The text of ``people.yaml``, where anybody is known, and of ``operating_model.yaml``."""
    facts = facts_of(history, checkout)
    texts = {PEOPLE: draft_people(facts), MODEL: draft_model(facts, preset)}
    return {name: text for name, text in texts.items() if text is not None}


def _completed(
    name: str, params: Path, outputs: Path, wanted: NewTeam, checkout: CheckoutFacts | None
) -> Begun:
    """Draft what a team's folder lacks."""
    folder = params / name
    kept = tuple(file for file in (REVIEW, PEOPLE, MODEL) if (folder / file).exists())
    of_new = ("repo", "dump", "timezone", "names")
    given = [f"--{key}" for key in of_new if getattr(wanted, key) is not None]
    if REVIEW not in kept or {PEOPLE, MODEL} <= set(kept):
        raise ParamsError(f"{folder} is there already: edit it, or choose another name")
    if given:
        raise ParamsError(
            f"{folder} is there already: leave out {' and '.join(given)} to draft what it lacks "
            "(review.yaml stays as it is), or choose another name"
        )
    team = load_team(name, params)
    history = read_history(team, outputs / "store" / f"{name}.sqlite")
    texts = drafts(history, checkout, wanted.preset)
    missing = {file: text for file, text in texts.items() if file not in kept}
    if not missing:
        raise ParamsError(f"{folder}: {_nobody_known(missing, kept)}")
    with _told_of(folder), _scratch_beside(folder) as scratch:
        for file in folder.glob("*.yaml"):
            shutil.copy(file, scratch)
        _write_checked(missing, replace(load_team(scratch.name, params), name=name))
        _add(missing, folder)
    next_step = _next_step(name, wanted, None)
    return Begun(folder, tuple(missing), next_step, kept, _nobody_known(missing, kept))


def _add(files: Mapping[str, str], folder: Path) -> None:
    """Write files that are not there yet: all of them or none."""
    made: list[Path] = []
    try:
        for name, text in files.items():
            with (folder / name).open("x", encoding="utf-8") as file:
                made.append(folder / name)
                file.write(text)
    except OSError:
        for path in made:
            path.unlink(missing_ok=True)
        raise


def _write_checked(files: Mapping[str, str], team: Team) -> None:
    """Write drafts into the team's folder, and read them as every command will."""
    for name, text in files.items():
        (team.folder / name).write_text(text, encoding="utf-8")
    people = load_team(team.folder.name, team.folder.parent).people
    if MODEL in files:
        load_model(team.model_path, people, METRICS, surroundings(team))


def _read_at_once(team: Team) -> TeamHistory:
    """The history of sources that are files, through a store that is gone afterwards."""
    with TemporaryDirectory(prefix="opsreview-") as scratch:
        path = Path(scratch) / "draft.sqlite"
        with Store.open(path) as store:
            failure = fetch_sources(team, store, DEFAULT_TERMS).failure
        if failure:
            raise failure
        return read_history(team, path)


def _why_no_draft(wanted: NewTeam) -> str | None:
    if wanted.dump is None:
        return "nothing is fetched yet to draft people and operating model from"
    if not wanted.dump.is_dir():
        return f"{wanted.dump} is not there yet, so there is nothing to draft from"
    return None


def _next_step(name: str, wanted: NewTeam, lacks: str | None) -> str:
    if lacks is None:
        return f"correct the drafts, then opsreview check {name}, then opsreview run {name}"
    token = "" if wanted.dump else "`gh auth login` or GITHUB_TOKEN in the environment, then "
    more = [f"--preset {wanted.preset}"] if wanted.preset else []
    more += [f"--checkout {wanted.checkout}"] if wanted.checkout else []
    again = " ".join(["opsreview init", name, *more])
    return f"{token}opsreview fetch {name}, then {again} to draft the rest"


def _nobody_known(drafted: Container[str], kept: Container[str]) -> str | None:
    if PEOPLE in drafted or PEOPLE in kept:
        return None
    return f"the history names nobody who runs the repositories: write {PEOPLE} by hand"


def _check_preset(preset: str | None) -> None:
    if preset is not None and preset not in PRESETS:
        raise ParamsError(f"--preset {preset!r} is not known: write {' or '.join(PRESETS)}")


def _review_yaml(folder: Path, wanted: NewTeam) -> str:
    path = None if wanted.dump is None else _quoted(os.path.relpath(wanted.dump, folder))
    github = _API if path is None else _DUMP.format(dump=path)
    zone, names = wanted.timezone or "UTC", wanted.names or "pseudonyms"
    return _REVIEW.format(repo=wanted.repo, timezone=zone, github=github, names=names)


@contextmanager
def _scratch_beside(folder: Path) -> Iterator[Path]:
    """A folder to write in from which paths lead where they do from ``folder``; then it is gone."""
    folder.parent.mkdir(parents=True, exist_ok=True)
    scratch = folder.with_name(f".new-{uuid4().hex}")
    scratch.mkdir()
    try:
        yield scratch
    finally:
        shutil.rmtree(scratch, ignore_errors=True)


@contextmanager
def _told_of(folder: Path) -> Iterator[None]:
    """What cannot be written or is not valid, told of the folder that it was meant for."""
    try:
        yield
    except ParamsError as error:
        meant = re.sub(r"\.new-[0-9a-f]{32}", folder.name, str(error))
        raise ParamsError(meant) from None
    except OSError as error:
        raise ParamsError(
            f"{folder} cannot be made ({error.strerror or error}): free it or name another folder "
            "with --params"
        ) from error


def _quoted(text: str) -> str:
    """Text as YAML takes it whatever is in it."""
    return json.dumps(text, ensure_ascii=False)
