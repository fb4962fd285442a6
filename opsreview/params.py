"""A team's ``review.yaml`` (how to read the data) and ``people.yaml`` (who)."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, time
from itertools import pairwise
from pathlib import Path
from typing import Annotated, Any, Literal
from zoneinfo import ZoneInfo

from pydantic import BeforeValidator, Field, field_validator, model_validator

from opsreview.errors import ParamsError
from opsreview.sources.declared import RepoName, ZoneName
from opsreview.sources.table import AnySource
from opsreview.yaml_file import StrictModel, read_yaml, validated

Day = Literal["mon", "tue", "wed", "thu", "fri", "sat", "sun"]
DAYS: tuple[Day, ...] = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")


def _is_text(value: Any) -> Any:
    if isinstance(value, str | time):  # a bare 9 would be read as nine seconds past midnight
        return value
    raise ValueError(f"{value!r} is not a time of day: write it like '09:00', in quotes")


ClockTime = Annotated[time, BeforeValidator(_is_text)]


class Labels(StrictModel):
    """Which labels mean what. ``*`` stands for anything.

    Each entry of ``triaged`` is a group of labels, and an issue is triaged once it bears one of
    every group. Each of ``triaged_also`` says so by itself: ``milestone``, that it has one;
    ``assignee``, that somebody is assigned.

    What is open with one of ``blocker`` blocks the coming release.

    Of ``work`` every kind that is not given keeps its usual labels (``metrics/work_mix.py``).
    """

    triaged: list[str | list[str]] = []
    triaged_also: list[Literal["milestone", "assignee"]] = []
    incident: list[str] = []
    priorities: Mapping[str, list[str]] = {}
    support: list[str] = []
    blocker: list[str] = []
    regression: list[str] = []
    work: Mapping[Literal["fix", "docs", "maintenance", "feature"], list[str]] = {}

    @property
    def triaged_groups(self) -> list[list[str]]:
        """The entries of ``triaged``, each a list."""
        return [[entry] if isinstance(entry, str) else entry for entry in self.triaged]


class Privacy(StrictModel):
    """How people appear on pages."""

    names: Literal["shown", "pseudonyms", "roles"] = "pseudonyms"


class ReleaseRules(StrictModel):
    """How the tags of releases are read, where the usual rules err (``tables/releases.py``).

    ``kinds`` are by patterns of tags (``*`` stands for anything). ``odd_minors`` are pre-releases
    for who publishes them so, from the version ``odd_minors_since`` on. ``product`` is what comes
    before ``/`` or ``@`` in the product's own tags, empty where nothing does.

    ``failed`` is the team's word on which releases failed, by tag (``v1.4.0``; of one repository
    among several ``owner/name@v1.4.0``). An issue that bears one of ``labels.regression`` is laid
    at a release for ``regression_within_days`` (``metrics/failures.py``).
    """

    kinds: Mapping[
        str, Literal["stable", "hotfix", "prerelease", "nightly", "moving", "other"]
    ] = {}
    odd_minors: Literal["stable", "prerelease"] = "stable"
    odd_minors_since: Annotated[str, Field(pattern=r"^\d{1,6}\.\d{1,5}$")] | None = None
    product: str | None = None
    hotfix_within_days: Annotated[int, Field(ge=0, le=366)] = 14
    failed: Mapping[str, bool] = {}
    regression_within_days: Annotated[int, Field(ge=1, le=366)] = 14


class ReviewParams(StrictModel):
    """``review.yaml``."""

    repos: list[RepoName] = Field(min_length=1)
    timezone: ZoneName
    sources: list[AnySource] = Field(min_length=1)
    labels: Labels = Labels()
    bots: list[str] = []
    privacy: Privacy = Privacy()
    releases: ReleaseRules = ReleaseRules()
    headlines: Annotated[list[str], Field(min_length=1, max_length=6)] | None = None
    """What the front page leads with, as ``metric.statistic``; the usual six where not given."""
    checkout: Annotated[str, Field(min_length=1)] | None = None
    """A checkout of the repository, as seen from here: what the model says of it is checked."""

    @field_validator("sources")
    @classmethod
    def _each_apart(cls, sources: list[AnySource]) -> list[AnySource]:
        keys = [source.key for source in sources]
        twice = sorted({key for key in keys if keys.count(key) > 1})
        if twice:
            raise ValueError(f"names {', '.join(twice)} more than once: give each its own `name`")
        return sources

    @field_validator("repos", "headlines")
    @classmethod
    def _each_once(cls, listed: list[str] | None) -> list[str] | None:
        twice = sorted({name for name in listed or [] if (listed or []).count(name) > 1})
        if twice:
            raise ValueError(f"names {', '.join(twice)} more than once")
        return listed


class WorkingHours(StrictModel):
    """A person's working week, in their own zone."""

    days: list[Day] = Field(default_factory=lambda: list(DAYS[:5]))
    start: ClockTime = Field(time(9), alias="from")
    end: ClockTime = Field(time(17), alias="to")

    @model_validator(mode="after")
    def _in_order(self) -> WorkingHours:
        if self.end <= self.start:
            raise ValueError("`to` must be later on the same day than `from`: correct one of them")
        return self


class Leave(StrictModel):
    """Days on which a person is away: from the first to the last, both included."""

    first: date = Field(alias="from")
    last: date = Field(alias="to")

    @model_validator(mode="after")
    def _in_order(self) -> Leave:
        if self.last < self.first:
            raise ValueError("`to` must not be before `from`: correct one of them")
        return self


class Person(StrictModel):
    """One entry of ``people.yaml``, under its id. ``share`` is the part of full time worked."""

    name: str | None = None
    accounts: list[str] = []
    zone: ZoneName | None = None
    working_hours: WorkingHours = Field(default_factory=lambda: WorkingHours.model_validate({}))
    holidays: str | None = None
    joined_on: date | None = None
    left_on: date | None = None
    share: float = Field(1.0, gt=0, le=1)
    leave: list[Leave] = []

    @field_validator("leave")
    @classmethod
    def _each_day_once(cls, leave: list[Leave]) -> list[Leave]:
        ordered = sorted(leave, key=lambda one: one.first)
        for before, after in pairwise(ordered):
            if after.first <= before.last:
                raise ValueError(f"{after.first} is in two stretches: join them")
        return leave

    @property
    def time_zone(self) -> ZoneInfo | None:
        return ZoneInfo(self.zone) if self.zone else None


@dataclass(frozen=True)
class Team:
    """All that ``params/<team>/`` says of how to read the data and who is who."""

    name: str
    folder: Path
    review: ReviewParams
    people: Mapping[str, Person]
    params_sha256: str

    @property
    def zone(self) -> ZoneInfo:
        return ZoneInfo(self.review.timezone)

    @property
    def model_path(self) -> Path:
        return self.folder / "operating_model.yaml"

    @property
    def checkout(self) -> Path | None:
        """Where ``review.yaml`` says that a checkout of the repository is."""
        said = self.review.checkout
        return self.folder / said if said else None

    @property
    def decisions_path(self) -> Path:
        return self.folder / "decisions.yaml"


def load_team(name: str, params: Path) -> Team:
    """Read ``params/<name>/``.

    Raises:
        ParamsError: No such team, or a file that cannot be read or is not valid.
    """
    folder = params / name
    if name == "store":
        raise ParamsError("no team is called 'store', the stores have that name: choose another")
    is_folder_name = Path(name).name == name and name not in {"", ".."}
    if not is_folder_name or not (folder / "review.yaml").is_file():
        known = sorted(path.parent.name for path in params.glob("*/review.yaml"))
        raise ParamsError(
            f"there is no team {name!r}: {folder / 'review.yaml'} is missing; "
            f"teams in {params}: {', '.join(known) or 'none'}; "
            f"make one with `opsreview init {name}` or name another folder with --params"
        )
    review = _review(folder)
    return Team(name, folder, review, _people(folder), _sha256(folder))


def _review(folder: Path) -> ReviewParams:
    file = read_yaml(folder / "review.yaml")
    zone, labels = file.data.get("timezone"), file.data.get("labels")
    context = {
        "folder": folder,
        "timezone": zone if _is_zone(zone) else "UTC",
        "repos": _texts(file.data.get("repos")),
        "incident_labels": _texts(labels.get("incident")) if isinstance(labels, dict) else [],
        "bots": _texts(file.data.get("bots")),
    }
    return validated(ReviewParams, file, context=context)


def _texts(given: Any) -> list[str]:
    """The texts of a list that is not yet known to be one; what else it holds is refused later."""
    return [each for each in given if isinstance(each, str)] if isinstance(given, list) else []


def _people(folder: Path) -> Mapping[str, Person]:
    path = folder / "people.yaml"
    if not path.is_file():
        return {}
    file = read_yaml(path)
    people = validated(dict[str, Person], file)
    listed = (
        (account, person_id, position)
        for person_id, person in people.items()
        for position, account in enumerate(person.accounts)
    )
    owners: dict[str, str] = {}
    for account, person_id, position in listed:
        if owner := owners.get(account.lower()):
            problem = f"account {account!r} is listed at {owner!r} already: keep it at one place"
            raise file.refusal([((person_id, "accounts", position), problem)])
        owners[account.lower()] = person_id
    return people


def _sha256(folder: Path) -> str:
    digest = hashlib.sha256()
    for path in sorted(folder.glob("*.yaml")):
        digest.update(path.name.encode() + b"\0" + path.read_bytes() + b"\0")
    return digest.hexdigest()


def _is_zone(name: Any) -> bool:
    try:
        ZoneInfo(str(name))
    except (KeyError, ValueError, OSError):
        return False
    return True
