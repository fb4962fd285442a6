"""An account served by the stand-in, and the source that reads it."""

import pytest
import stamina
from pagerduty_stand_in import KEY, Account

from opsreview.errors import SourceError
from opsreview.sources.pagerduty import client
from opsreview.sources.pagerduty.source import PagerDuty
from opsreview.sources.terms import Terms


def _never(seconds):
    """PagerDuty's client is to leave all waiting to us, and we wait for nothing in tests."""
    assert seconds == 0, f"somebody waits {seconds} seconds"


class Waits(list):
    """A clock by which time passes only by sleeping, and how often that was."""

    def now(self):
        return sum(self)

    def sleep(self, seconds):
        self.append(seconds)


@pytest.fixture
def account(monkeypatch):
    for name in ("http_proxy", "https_proxy", "all_proxy"):
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.upper(), raising=False)
    monkeypatch.setenv("PAGERDUTY_API_KEY", KEY)
    monkeypatch.setattr("pagerduty.api_client.time.sleep", _never)
    with Account() as account, stamina.set_testing(True, attempts=10, cap=True):
        yield account


@pytest.fixture
def waits(monkeypatch):
    """The seconds that would have been waited; time passes only so."""
    waits = Waits()
    monkeypatch.setattr(client, "SystemClock", lambda: waits)
    return waits


@pytest.fixture
def source(account, declare):
    def source(**said):
        return declare(PagerDuty, **({"kind": "pagerduty", "api_url": account.url} | said))

    return source


@pytest.fixture
def rows(source, read):
    """What one fetch makes of the account, of which nothing was rejected."""

    def rows(table, **said):
        found = read(source(**said))
        assert found.rejected == []
        return found.tables[table].rows(named=True)

    return rows


@pytest.fixture
def rejected(source, read):
    def rejected(**said):
        return [(bad.table, bad.key, bad.reason) for bad in read(source(**said)).rejected]

    return rejected


@pytest.fixture
def refused(source, store):
    """What a fetch says when it is refused; the store stays empty."""

    def refused(**said):
        with pytest.raises(SourceError) as error:
            source(**said).fetch(store)
        assert store.readings(source(**said).key) == []
        return str(error.value)

    return refused


@pytest.fixture
def twice(account, source, store):
    """Fetch, let something happen, fetch ten days later: the second fetch's requests and rows."""

    def twice(happens=lambda: None, later="2026-11-20 12:00", is_sweep=False, **said):
        source(**said).fetch(store)
        account.asked.clear()
        account.now = later
        happens()
        source(**said).fetch(store, Terms(is_sweep=is_sweep))
        return source(**said).rows(store)

    return twice
