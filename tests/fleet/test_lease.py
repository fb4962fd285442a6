"""A team is worked on once at a time, wherever its outputs are."""

from __future__ import annotations

import threading
from collections.abc import Callable
from contextlib import ExitStack
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from factories import at

from opsreview.errors import PlaceError, StoppedError
from opsreview.fleet.lease import Lease, Note, held
from opsreview.place import Place

NOON = at("2026-11-02 12:00")
LONG_ENOUGH = 30  # seconds that a test waits for what takes none


class Clock:
    """A clock that stands still until it is put forward; ``then`` is called when it is asked."""

    def __init__(self) -> None:
        self.now = NOON
        self.then: Callable[[], None] = lambda: None

    def __call__(self) -> datetime:
        then, self.then = self.then, lambda: None
        then()
        return self.now

    def forward(self, seconds: float) -> None:
        self.now += timedelta(seconds=seconds)


@pytest.fixture
def clock() -> Clock:
    return Clock()


def taken(root: str, clock: Clock, team: str = "demo") -> Lease:
    """A lease whose holder does nothing more."""
    lease = Lease(team, Place.of(root), clock, seconds=120)
    lease.take()
    return lease


def leases(root: str, team: str = "demo") -> list[str]:
    return Place.of(root).files(f"store/{team}.lease")


def test_team_that_nobody_works_on_is_had(root, clock):
    with held(root, "demo", clock=clock) as lease:
        lease.check()
        assert leases(root) == ["store/demo.lease/1.json"]


def test_team_that_is_held_is_refused_naming_it_the_holder_and_until_when(root, clock):
    with held(root, "demo", clock=clock) as lease:
        with pytest.raises(StoppedError) as refused, held(root, "demo", clock=clock):
            pass
        lease.check()
    assert str(refused.value) == (
        f"demo is worked on by {lease.holder} until 2026-11-02 12:02 UTC or longer: "
        "run this again after that"
    )
    assert refused.value.until == NOON + timedelta(seconds=120)


def test_other_teams_are_not_kept_waiting(root, clock):
    with held(root, "demo", clock=clock), held(root, "else", clock=clock) as other:
        other.check()


def test_team_that_was_released_is_had_at_once(root, clock):
    with held(root, "demo", clock=clock):
        pass
    with held(root, "demo", clock=clock) as lease:
        lease.check()


def test_error_releases_too(root, clock):
    with pytest.raises(ZeroDivisionError), held(root, "demo", clock=clock):
        raise ZeroDivisionError
    with held(root, "demo", clock=clock) as lease:
        lease.check()


def test_only_the_newest_number_stays_after_a_release(root, clock):
    for _ in range(3):
        with held(root, "demo", clock=clock):
            pass
    assert leases(root) == ["store/demo.lease/3.json"]


def test_numbers_go_on_past_nine(root, clock):
    for _ in range(11):
        with held(root, "demo", clock=clock):
            pass
    assert leases(root) == ["store/demo.lease/11.json"]


def test_of_two_who_see_the_team_free_the_slower_is_refused(root, clock):
    quick = []
    slow = Clock()
    slow.then = lambda: quick.append(taken(root, clock))  # when the slower has read the numbers
    with pytest.raises(StoppedError, match="demo is worked on by") as refused:
        taken(root, slow)
    assert quick[0].holder in str(refused.value)
    quick[0].check()


def test_of_many_who_come_at_once_one_has_the_team(tmp_path, clock):
    barrier, won, refused = threading.Barrier(8), [], []

    def come() -> None:
        barrier.wait(LONG_ENOUGH)
        try:
            won.append(taken(str(tmp_path), clock))
        except StoppedError as error:
            refused.append(error)

    threads = [threading.Thread(target=come) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert (len(won), len(refused)) == (1, 7)


def test_number_that_was_made_and_taken_away_meanwhile_is_given_up(root, clock):
    def others_come_and_go() -> None:
        with held(root, "demo", clock=clock):
            pass
        taken(root, clock)
        Place.of(root).remove(["store/demo.lease/1.json"])

    slow = Clock()
    slow.then = others_come_and_go
    with pytest.raises(StoppedError, match="demo is worked on by"):
        taken(root, slow)
    assert leases(root) == ["store/demo.lease/2.json"]


def test_lease_of_a_holder_that_died_is_taken_over_when_its_time_is_over(root, clock):
    taken(root, clock)
    clock.forward(119)
    with pytest.raises(StoppedError):
        taken(root, clock)
    clock.forward(1)
    with held(root, "demo", clock=clock) as lease:
        lease.check()


def test_holder_that_stood_still_and_was_taken_over_is_told_before_it_puts_back(root, clock):
    asleep = taken(root, clock)
    clock.forward(120)
    with held(root, "demo", clock=clock) as other:
        for step in (asleep.check, asleep.renew):
            with pytest.raises(StoppedError, match="demo was taken over by") as fenced:
                step()
            assert other.holder in str(fenced.value)
            assert fenced.value.until == clock.now + timedelta(seconds=120)
        asleep.release()
        other.check()
        with pytest.raises(StoppedError):
            taken(root, clock)


def test_holder_that_stood_still_and_was_not_missed_goes_on(root, clock):
    asleep = taken(root, clock)
    clock.forward(600)
    asleep.renew()
    asleep.check()
    with pytest.raises(StoppedError):
        taken(root, clock)


@pytest.fixture
def all_succeed(monkeypatch: pytest.MonkeyPatch) -> None:
    """A place where each of several who make the same file is told that it did."""

    def create(place: Place, name: str, content: bytes) -> bool:
        place.write(name, content)
        return True

    monkeypatch.setattr(Place, "create", create)


@pytest.mark.usefixtures("all_succeed")
def test_where_a_place_lets_two_make_a_number_the_last_has_the_team(root, clock):
    quick, slow = [], Clock()
    slow.then = lambda: quick.append(taken(root, clock))
    last = taken(root, slow)
    last.check()
    for step in (quick[0].check, quick[0].renew):
        with pytest.raises(StoppedError, match=f"demo was taken over by {last.holder}"):
            step()
    quick[0].release()
    last.check()
    with pytest.raises(StoppedError, match=f"worked on by {last.holder}"):
        taken(root, clock)


def test_who_made_a_number_and_reads_of_another_holder_gives_way(root, clock, monkeypatch):
    others = Note("another", NOON + timedelta(seconds=60))

    def create(place: Place, name: str, _: bytes) -> bool:
        place.write(name, others.to_bytes())  # a moment after ours
        return True

    monkeypatch.setattr(Place, "create", create)
    with pytest.raises(StoppedError, match="worked on by another") as refused:
        taken(root, clock)
    assert refused.value.until == others.until
    assert Place.of(root).read("store/demo.lease/1.json") == others.to_bytes()


def test_lease_whose_file_is_gone_is_lost(root, clock):
    lease = taken(root, clock)
    Place.of(root).remove(leases(root))
    with pytest.raises(StoppedError, match="demo was taken over by somebody"):
        lease.renew()
    assert leases(root) == []


def test_file_of_ours_that_is_just_being_written_is_ours(root, clock):
    lease = taken(root, clock)
    Place.of(root).write("store/demo.lease/1.json", b"")
    lease.check()


def test_renewal_gives_the_whole_time_again(root, clock):
    lease = taken(root, clock)
    clock.forward(100)
    lease.renew()
    clock.forward(100)
    with pytest.raises(StoppedError) as refused:
        taken(root, clock)
    assert refused.value.until == NOON + timedelta(seconds=220)


def test_lease_is_renewed_while_it_is_held(root, clock):
    asked = threading.Event()
    with held(root, "demo", clock=clock, lease_seconds=0.04) as lease:
        clock.then = asked.set
        assert asked.wait(LONG_ENOUGH)
        lease.check()
    assert not [one for one in threading.enumerate() if "_renew" in one.name]


def test_renewal_that_fails_is_tried_again(memory, clock, monkeypatch):
    tries, again, write = [], threading.Event(), Place.write

    def fails_once(place: Place, name: str, content: bytes) -> None:
        tries.append(name)
        if len(tries) == 1:
            raise PlaceError("the network is away")
        write(place, name, content)
        again.set()

    with held(memory, "demo", clock=clock, lease_seconds=0.04) as lease:
        monkeypatch.setattr(Place, "write", fails_once)
        assert again.wait(LONG_ENOUGH)
        lease.check()


def test_release_that_fails_hides_nothing_and_the_lease_is_over_by_itself(
    memory, clock, monkeypatch
):
    def fails(*_: object) -> None:
        raise PlaceError("the network is away")

    with ExitStack() as stack:
        stack.enter_context(held(memory, "demo", clock=clock))
        monkeypatch.setattr(Place, "write", fails)
    clock.forward(120)
    taken(memory, clock)


def test_file_that_was_not_written_to_its_end_holds_as_long_as_a_lease(tmp_path, clock):
    root = str(tmp_path)
    Place.of(root).create("store/demo.lease/1.json", b'{"holder": "ab')
    written_at = Place.of(root).modified_at("store/demo.lease/1.json")
    assert written_at is not None
    clock.now = written_at
    with pytest.raises(StoppedError, match="worked on by somebody") as refused:
        taken(root, clock)
    assert refused.value.until == written_at + timedelta(seconds=120)
    clock.forward(120)
    taken(root, clock).check()


def test_bucket_that_is_missing_is_told(s3, clock):
    with pytest.raises(PlaceError, match="s3://no-such-bucket/outputs is not there"):
        taken("s3://no-such-bucket/outputs", clock)


def test_team_that_leads_out_of_the_outputs_is_refused(root, clock):
    with pytest.raises(PlaceError, match="leads out of it"):
        taken(root, clock, "../../else")


def test_outputs_that_are_a_folder_are_made(tmp_path, clock):
    taken(str(tmp_path / "new" / "outputs"), clock)
    assert Path(tmp_path, "new/outputs/store/demo.lease/1.json").is_file()
