"""Every kind of fault at every request of a small repository, against the shared stand-in."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import httpx2
import pytest
import stamina
from shared_double import SCRIPT, Double, running_double

from opsreview.errors import OpsReviewError
from opsreview.sources.github import client
from opsreview.sources.github.api import Github
from opsreview.sources.terms import Terms
from opsreview.store import Store

pytestmark = pytest.mark.skipif(not SCRIPT.is_file(), reason="the shared stand-in is not here")

REPO = "o/r"
KINDS = [
    *("primary_403", "primary_429", "gql_rate_limited"),
    *("secondary_403", "secondary_429", "secondary_bare", "gql_secondary", "retry_after_date"),
    *("forbidden", "sso", "unauthorized", "not_found", "gone", "legal", "redirect"),
    *("bad_gateway", "gateway_timeout", "server_error", "unavailable"),
    *("gql_wrong_200", "gql_null_repo", "gql_forbidden", "partial"),
    *("html_200", "bad_json_200", "empty_200", "reset", "truncate", "stall", "norate"),
]
NODES = "SELECT repo, kind, key, body FROM nodes ORDER BY repo, kind, key"


class SkewedClock:
    """Sleeping moves the stand-in's clock instead of waiting."""

    double: Double
    seconds = 0.0

    def now(self) -> float:
        return SkewedClock.seconds

    def sleep(self, seconds: float) -> None:
        SkewedClock.seconds += seconds
        self.double.advance(seconds)


@pytest.fixture(scope="module")
def double() -> Iterator[Double]:
    with running_double("--synthetic", f"{REPO}=60") as running:
        SkewedClock.double = running
        yield running


@pytest.fixture(scope="module")
def truth(double: Double, tmp_path_factory: pytest.TempPathFactory) -> tuple[list[object], int]:
    """What a fetch without faults stores, and how many requests it takes."""
    double.reset()
    path = tmp_path_factory.mktemp("truth") / "o.sqlite"
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("GITHUB_TOKEN", "ghp_canary0000")
        fetch(double, path)
    return stored(path), double.stats()["requests"]


@pytest.fixture(autouse=True)
def no_waiting(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setattr(client, "SystemClock", SkewedClock)
    monkeypatch.setattr(client, "TIMEOUT", httpx2.Timeout(1.0))
    monkeypatch.setenv("GITHUB_TOKEN", "ghp_canary0000")
    with stamina.set_testing(True, attempts=client.TRIES, cap=True):
        yield


def fetch(double: Double, path: Path) -> None:
    declared = {"kind": "github", "api_url": double.url}
    source = Github.model_validate(declared, context={"repos": [REPO]})
    with Store.open(path) as store:
        source.fetch(store, Terms(max_wait_seconds=10_000))
        (reading,) = store.readings(source.key)
        if not reading.is_complete:
            raise OpsReviewError(str(reading.reason))


def stored(path: Path) -> list[object]:
    with Store.open(path) as store:
        return store._connection.execute(NODES).fetchall()


@pytest.mark.parametrize("kind", KINDS)
def test_no_fault_at_any_request_leaves_a_store_that_is_wrong(
    kind: str, double: Double, truth: tuple[list[object], int], tmp_path: Path
) -> None:
    right, request_count = truth
    assert request_count >= 8
    hit = 0
    for index in range(request_count):
        double.reset()
        double.faults({"kind": kind, "skip": index, "seconds": 3, "to": f"{double.url}/elsewhere"})
        path = tmp_path / f"{index}.sqlite"
        with suppress(OpsReviewError):
            fetch(double, path)
            assert stored(path) == right, f"{kind} at request {index} was taken for whole"
        told = double.stats()
        hit += kind in told["by_fault"]
        assert told["violations"] == 0, f"{kind} at request {index}: asked while told to wait"
        double.faults()
        fetch(double, path)
        assert stored(path) == right, f"{kind} at request {index}, then a clean run"
    assert hit > 0, "the fault was never met"
