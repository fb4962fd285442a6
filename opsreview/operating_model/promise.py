"""A promise of the operating model, light enough for a notebook's kernel."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

from opsreview.estimate import in_words

JUDGED_BY: dict[str, tuple[str, str]] = {  # metric: the statistic a promise is judged by, its unit
    "response_attainment": ("share_answered", "share"),
    "busiest_share": ("share", "share"),
    "review_load": ("top_share", "share"),
    "oncall_share": ("share", "share"),
    "backlog": ("change", "count"),
    "issues_new": ("count", "count"),
    "issues_closed": ("count", "count"),
    "issues_active": ("count", "count"),
    "backlog_management_index": ("ratio", "ratio"),
    "reopen_rate": ("share", "share"),
    "interruptions": ("count", "count"),
    "release_frequency": ("rate_per_week", "per_week"),
}


@dataclass(frozen=True)
class Promise:
    """One sentence the team stands by, and the number that can hold it to account.

    ``at_most_hours`` is the deadline: of each answer for ``response_attainment``, of the median for
    a duration. ``at_least`` and ``at_most`` are shares (0 to 1), counts or rates in ``unit``.
    A promise without a check has ``metric`` None and says why in ``unchecked``.
    Hours are wall-clock.
    """

    id: str
    says: str
    owner: str
    metric: str | None = None
    statistic: str | None = None
    unit: str | None = None
    at_most_hours: float | None = None
    at_least: float | None = None
    at_most: float | None = None
    group: str = "all"
    unchecked: str | None = None

    @property
    def path(self) -> str:
        """Where the model says it: ``promises.first-answer``."""
        return f"promises.{self.id}"

    @property
    def has_deadline_share(self) -> bool:
        """True for a share within a deadline: ``at least 75 % within 3 d``."""
        return self.at_most_hours is not None and self.at_least is not None

    @property
    def is_floor(self) -> bool:
        """True where more is better: the promise says ``at least``."""
        return self.at_least is not None

    @property
    def target(self) -> float | None:
        """The number that the statistic is compared with."""
        bounds = (self.at_least, self.at_most, self.at_most_hours)
        return next((bound for bound in bounds if bound is not None), None)

    @property
    def in_words(self) -> str:
        """The target for a reader: ``at least 75 % within 3 d``, ``a median of at most 2 d``."""
        unit = self.unit or "count"
        if self.has_deadline_share:
            share, deadline = in_words(self.at_least, unit), in_words(self.at_most_hours, "hours")
            return f"at least {share} within {deadline}"
        if self.at_least is not None:
            return f"at least {in_words(self.at_least, unit)}"
        of = "a median of " if self.statistic == "median" else ""
        return f"{of}at most {in_words(self.target, unit)}"

    def to_json(self) -> dict[str, Any]:
        """The fields as JSON holds them; ``from_json`` reads them back."""
        return asdict(self)

    @classmethod
    def from_json(cls, said: Mapping[str, Any]) -> Promise:
        """A promise of ``operating_model.json``; keys that are not a promise's are left alone."""
        return cls(**{name: said[name] for name in cls.__dataclass_fields__ if name in said})
