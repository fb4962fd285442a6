"""A fetch of several sources: one that fails leaves the others alone, and nothing is forgotten."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from factories import REPO, at

from opsreview.errors import SourceError, StoppedError
from opsreview.pipeline.fetching import Fetched, fetch_sources, forecasts
from opsreview.sources.terms import Terms, Unwatched
from opsreview.store import Reading, Store

READ_AT = at("2026-11-01 06:00")
LIMIT = StoppedError("GitHub's limit is used up", at("2026-11-08 14:05"))
TOLD = "GitHub's limit is used up; come back after 14:05 UTC: run the same command again"


@dataclass
class Fake:
    """A source that does what the test says; ``terms`` are those of its fetches."""

    key: str
    does: Callable[[Store], None] = lambda store: None
    terms: list[Terms] = field(default_factory=list)

    def fetch(self, store: Store, terms: Terms) -> None:
        self.terms.append(terms)
        self.does(store)

    def forecast(self, store: Store, terms: Terms) -> str:
        self.does(store)
        return f"{len(store.readings(self.key))} readings so far"


class Heard(Unwatched):
    """Remembers what is said."""

    def __init__(self) -> None:
        self.lines: list[str] = []

    def say(self, line: str) -> None:
        self.lines.append(line)


def failing(error: Exception) -> Callable[[Store], None]:
    def fail(store: Store) -> None:
        raise error

    return fail


def noting(**said: Any) -> Callable[[Store], None]:
    """Writes a reading of the source ``github``."""

    def note(store: Store) -> None:
        with store.page():
            store.note(reading(**said))

    return note


def reading(**said: Any) -> Reading:
    given = {"source": "github", "repo": REPO, "fetched_at": READ_AT, "n_items": 5}
    return Reading(**(given | said))


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    with Store.open(tmp_path / "store" / "small.sqlite") as opened:
        yield opened


def fetched(store: Store, *sources: Fake, terms: Terms | None = None) -> Fetched:
    return fetch_sources(team_of(*sources), store, terms or Terms())


def team_of(*sources: Fake) -> Any:
    return SimpleNamespace(
        folder=Path("/home/ada/params/small"), review=SimpleNamespace(sources=sources)
    )


def test_source_that_fails_does_not_stop_the_others(store):
    after = Fake("github", noting())
    done = fetched(store, Fake("csv", failing(SourceError("x.csv is missing"))), after)
    assert store.readings("github") == [reading()]
    assert isinstance(done.failure, SourceError)
    assert str(done.failure) == "x.csv is missing"


@pytest.mark.parametrize(
    ("error", "reason"), [(SourceError("no such repository"), "no such repository"), (LIMIT, TOLD)]
)
def test_what_a_failed_source_gave_before_is_kept_and_noted_as_not_whole(store, error, reason):
    noting(n_expected=5, cursor="page 2")(store)
    fetched(store, Fake("github", failing(error)))
    assert store.readings("github") == [
        reading(n_expected=5, cursor="page 2", is_complete=False, reason=reason)
    ]


def test_source_that_was_never_read_stays_unread(store):
    fetched(store, Fake("github", failing(SourceError("no token"))))
    assert store.readings("github") == []


def test_what_a_source_wrote_in_the_fetch_that_failed_is_its_own_word(store):
    noting()(store)
    noting(repo="team/other")(store)

    def reads_one_and_stops(store: Store) -> None:
        noting(fetched_at=at("2026-11-08 06:00"))(store)
        raise LIMIT

    fetched(store, Fake("github", reads_one_and_stops))
    other, own = store.readings("github")
    assert own == reading(fetched_at=at("2026-11-08 06:00"))
    assert (other.is_complete, other.reason, other.fetched_at) == (False, TOLD, READ_AT)


def test_each_failure_has_its_own_reason_however_often_it_comes_back(store):
    gone = {"is_complete": False, "reason": "no such repository"}
    noting(repo="team/other")(store)

    def misses_one_and_stops(store: Store) -> None:
        noting(**gone)(store)
        raise LIMIT

    for _ in range(2):
        fetched(store, Fake("github", misses_one_and_stops))
        assert [one.reason for one in store.readings("github")] == [TOLD, "no such repository"]
    fetched(store, Fake("github", failing(SourceError("no token"))))
    assert [one.reason for one in store.readings("github")] == ["no token", "no token"]


def test_fetch_that_ends_in_the_middle_leaves_the_old_reason_behind(store):
    noting(is_complete=False, reason="no token")(store)
    with pytest.raises(ZeroDivisionError):
        fetched(store, Fake("github", failing(ZeroDivisionError())))
    (found,) = store.readings("github")
    assert found.reason == "a fetch was begun and has not come to its end"


def test_reading_that_is_not_whole_is_a_problem_without_an_error(store):
    said = reading(is_complete=False, n_items=4999, n_expected=5000)
    done = fetched(store, Fake("github", lambda store: noting(**vars(said))(store)))
    assert done.failure is None
    assert done.incomplete == (f"{REPO} is incomplete: 4,999 of 5,000 items",)


def test_failure_is_told_once_and_other_lacks_beside_it(store):
    noting(repo="team/other")(store)

    def counts_and_stops(store: Store) -> None:
        noting(is_complete=False, reason="4 of 5 issues")(store)
        raise LIMIT

    done = fetched(store, Fake("github", counts_and_stops))
    assert done.incomplete == (f"{REPO} is incomplete: 4 of 5 issues",)


def test_stop_wins_over_errors_and_all_are_told(store):
    later = StoppedError("PagerDuty's limit", at("2026-11-08 14:20"))
    sources = [
        Fake("csv", failing(SourceError("x.csv is missing"))),
        Fake("github", failing(LIMIT)),
        Fake("pagerduty", failing(later)),
    ]
    failure = fetched(store, *sources).failure
    assert isinstance(failure, StoppedError)
    assert failure.until == later.until
    assert str(failure).splitlines() == [
        "3 sources were not read, what they gave before is kept:",
        f"  {TOLD}",
        "  PagerDuty's limit; come back after 14:20 UTC: run the same command again",
        "  x.csv is missing",
    ]


def test_stop_that_says_itself_when_to_come_back_is_left_as_it_is(store):
    stop = StoppedError("asks again at 2026-11-08 14:05 UTC", LIMIT.until)
    assert str(fetched(store, Fake("github", failing(stop))).failure) == str(stop)


def test_all_sources_of_a_fetch_share_the_time_it_may_wait(store):
    first, second, third = Fake("a"), Fake("b"), Fake("c")

    def waits(source: Fake, seconds: float) -> Callable[[Store], None]:
        def wait(store: Store) -> None:
            for left in (seconds, seconds / 3, 0):
                source.terms[0].watch.waits(left, "a limit")

        return wait

    first.does, second.does = waits(first, 40), waits(second, 80)
    fetched(store, first, second, third, terms=Terms(max_wait_seconds=100))
    allowed = [source.terms[0].max_wait_seconds for source in (first, second, third)]
    assert allowed == [100, 60, 0]


def test_terms_reach_the_sources(store):
    heard, source = Heard(), Fake("github")
    source.does = lambda store: source.terms[0].watch.say("3 pages")
    fetched(store, source, terms=Terms(is_sweep=True, watch=heard))
    assert source.terms[0].is_sweep
    assert heard.lines == ["fetching github", "3 pages"]


def test_noted_reason_holds_no_token_and_no_folder(store, monkeypatch):
    monkeypatch.setenv("HOME", "/home/ada")
    noting()(store)
    error = SourceError("/home/ada/params/small/../x is not ghp_canary123, nor /home/ada/y")
    fetched(store, Fake("github", failing(error)))
    assert store.readings("github")[0].reason == "x is not [secret], nor ~/y"


def test_forecast_tells_every_source_and_then_what_could_not_be_asked(tmp_path):
    sources = Fake("a", failing(SourceError("no token"))), Fake("b")
    path = tmp_path / "store" / "small.sqlite"
    lines: list[str] = []
    with pytest.raises(SourceError, match="no token"):
        lines.extend(forecasts(team_of(*sources), path, Terms()))
    assert lines == ["a: cannot be told", "b: 0 readings so far"]
    assert not path.parent.exists()


def test_forecast_sees_the_store_there_is(store, tmp_path):
    noting()(store)
    path = tmp_path / "store" / "small.sqlite"
    assert list(forecasts(team_of(Fake("github")), path, Terms())) == ["github: 1 readings so far"]
