"""What the sources speak for. Outside of it things are unknown, not zero."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta, tzinfo

from opsreview.window import Window

_READING = timedelta(days=1)  # sources are read one after another
_OUTLIVED = timedelta(days=31)  # ended this long before another: replaced by it, not silent


@dataclass(frozen=True)
class Covered:
    """The part of a window that all needed tables speak for, or the reason why there is none."""

    window: Window | None
    as_of: datetime
    reason: str | None = None


@dataclass(frozen=True)
class Coverage:
    """By (table, repo), the stretches spoken for, in order; repo "" where a table knows of none.

    ``beside`` holds, by table, from when to when each of several sources speaks that give rows of
    their own: where one of them is silent the table is not known whole.
    """

    stretches: Mapping[tuple[str, str], tuple[Window, ...]]
    zone: tzinfo = UTC  # of the days in reasons
    beside: Mapping[str, tuple[Window, ...]] = field(default_factory=dict)

    @classmethod
    def of(
        cls,
        claims: Iterable[tuple[tuple[str, str], Window]],
        zone: tzinfo = UTC,
        beside: Mapping[str, tuple[Window, ...]] | None = None,
    ) -> Coverage:
        """Claims of several sources joined: stretches that touch become one."""
        joined: dict[tuple[str, str], list[Window]] = {}
        for key, window in sorted(claims):
            stretches = joined.setdefault(key, [])
            if stretches and window.start_at <= stretches[-1].end_at:
                last = stretches.pop()
                window = Window(last.start_at, max(last.end_at, window.end_at))
            stretches.append(window)
        return cls({key: tuple(stretches) for key, stretches in joined.items()}, zone, beside or {})

    def repos(self, table: str) -> list[str]:
        return sorted(repo for known, repo in self.stretches if known == table)

    def covered(
        self, needs: Sequence[str], repos: Sequence[str], window: Window, as_of: datetime
    ) -> Covered:
        """What of ``window``, seen at ``as_of``, every table of ``needs`` speaks for.

        A repository that has no claim at all for any needed table is left out (the banner names
        it); one that has some but not others makes the metric not measurable. What lies after
        ``as_of`` is the future, which nobody has to speak for: the window keeps it. The reason
        also names the sources that are silent in a part of it where others speak: one that began
        later, unless it took over from one that has ended, and one that ended within.
        """
        part, seen_at = window, as_of
        known = {repo for table, repo in self.stretches if table in needs}
        told_of = [repo for repo in repos if repo in known]
        for table in needs:
            if missing := self._missing(table, told_of):
                return Covered(None, as_of, missing)
            for key in self._keys(table, told_of):
                found = self._longest(key, part)
                if found is None:
                    return Covered(None, as_of, self._elsewhere(key))
                spoken, stretch_end_at = found
                is_cut = stretch_end_at < min(part.end_at, as_of)
                part = Window(spoken.start_at, spoken.end_at if is_cut else part.end_at)
                seen_at = min(seen_at, stretch_end_at)
        reasons = [] if part == window else [f"known {self._days(part)} only"]
        reasons += self._silent(needs, Window(part.start_at, min(part.end_at, seen_at)))
        return Covered(part, seen_at, "; ".join(reasons) or None)

    def _silent(self, needs: Sequence[str], part: Window) -> list[str]:
        """Which sources do not speak for all of the part, each once."""
        silent: dict[Window, str] = {}
        for table in needs:
            beside = self.beside.get(table, ())
            for one in beside:
                is_late = one.start_at > part.start_at + _READING and not _took_over(one, beside)
                is_ended = part.start_at < one.end_at < part.end_at - _READING
                if is_late or is_ended:
                    silent.setdefault(
                        one, f"one source of {_plain(table)} is known {self._days(one)} only"
                    )
        return list(silent.values())

    def _keys(self, table: str, repos: Sequence[str]) -> list[tuple[str, str]]:
        return [(table, repo) for repo in ("", *repos) if (table, repo) in self.stretches]

    def _missing(self, table: str, repos: Sequence[str]) -> str | None:
        """Why the table is not known for all of the repositories, None where it is."""
        keys = self._keys(table, repos)
        if not keys:
            return f"no source gives {_plain(table)}"
        without = sorted(set(repos) - {repo for _, repo in keys})
        if (table, "") in keys or not without:
            return None
        return f"no source gives {_plain(table)} of {', '.join(without)}"

    def _longest(self, key: tuple[str, str], window: Window) -> tuple[Window, datetime] | None:
        parts = [
            (part, stretch.end_at)
            for stretch in self.stretches[key]
            if (part := stretch.overlap(window))
        ]
        return max(parts, key=lambda found: found[0].hours, default=None)

    def _elsewhere(self, key: tuple[str, str]) -> str:
        stretches = " and ".join(map(self._days, self.stretches[key]))
        return f"{_plain(key[0])} are known {stretches} only"

    def _days(self, window: Window) -> str:
        first, last = (at.astimezone(self.zone) for at in (window.start_at, window.end_at))
        return f"from {first:%Y-%m-%d} to {last:%Y-%m-%d}"


def _took_over(one: Window, beside: Iterable[Window]) -> bool:
    return any(
        other.start_at < one.start_at and other.end_at < one.end_at - _OUTLIVED for other in beside
    )


def _plain(table: str) -> str:
    return table.replace("_", " ")
