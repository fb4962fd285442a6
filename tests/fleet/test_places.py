"""A team's files come from folders or URLs, and what is in the way is told."""

from __future__ import annotations

import sys
from collections.abc import Callable

import pytest
import s3fs
from fsspec.implementations.memory import MemoryFileSystem

from opsreview.errors import ParamsError, PlaceError
from opsreview.fleet.places import cycles, half_written, team_names
from opsreview.secrets import redacted

from .buckets import asks_for_rights
from .team_places import REVIEW, SHOWN, Places, cycle_files, made, stored


def test_teams_are_the_folders_that_hold_a_review(places):
    places.team("atlas")
    places.lay({"notes/readme.md": "", "review.yaml": "", ".new/review.yaml": ""}, places.params)
    places.lay({"atlas/older/review.yaml": ""}, places.params)
    assert team_names(places.params) == ["atlas", "demo"]


def test_file_url_is_the_folder_itself(tmp_path):
    places = Places(f"file://{tmp_path}")
    places.team()
    with places.work() as here:
        assert here.params == tmp_path / "params"
        assert here.outputs == tmp_path / "outputs"
    assert team_names(places.params) == ["demo"]


def test_folders_are_worked_on_in_place_and_nothing_is_put(tmp_path):
    places = Places(str(tmp_path))
    places.team(review=REVIEW)  # a key is made there, once
    with places.work() as here:
        assert (here.params, here.outputs) == (tmp_path / "params", tmp_path / "outputs")
        stored(here)
        made(here, cycle_files())
        before = places.there()
        here.put_store()
        here.put_cycle("2026-10")
    assert places.there() == before
    assert cycles(places.outputs, "demo") == ["2026-10"]


def test_params_in_a_folder_stay_there_where_outputs_are_elsewhere(memory, tmp_path):
    places = Places(memory)
    places.params = str(tmp_path / "params")
    places.team()
    with places.work() as here:
        assert here.params == tmp_path / "params"
        made(here, cycle_files())
        here.put_cycle("2026-10")
    assert cycles(places.outputs, "demo") == ["2026-10"]


def test_outputs_in_a_folder_stay_there_where_params_are_elsewhere(memory, tmp_path):
    places = Places(memory)
    places.outputs = str(tmp_path / "outputs")
    places.team()
    with places.work() as here:
        assert here.outputs == tmp_path / "outputs"
        assert (here.params / "demo" / "review.yaml").read_text() == SHOWN


def test_all_of_the_teams_params_come_along_and_no_other_teams(away, tmp_path):
    away.team("atlas")
    away.lay({"demo/rota/2026.ics": "BEGIN"}, away.params)
    with away.work(scratch=tmp_path) as here:
        assert here.params.is_relative_to(tmp_path)
        assert (here.params / "demo/rota/2026.ics").read_text() == "BEGIN"
        assert not (here.params / "atlas").exists()
    assert not list(tmp_path.glob("opsreview-*"))


def test_scratch_is_gone_after_an_error(away, tmp_path):
    with pytest.raises(ZeroDivisionError), away.work(scratch=tmp_path):
        raise ZeroDivisionError
    assert not list(tmp_path.glob("opsreview-*"))


def test_half_written_cycles_do_not_come_along(away):
    half = cycle_files()
    del half["demo/2026-10/run.json"]
    away.lay(half | cycle_files("2026-09") | {"demo/rota/rota.csv": "", "demo/ticks.json": "{}"})
    assert cycles(away.outputs, "demo") == ["2026-09"]
    assert half_written(away.outputs, "demo") == ["2026-10"]
    with away.work() as here:
        found = {p.relative_to(here.outputs).as_posix() for p in here.outputs.rglob("*.*")}
    assert found == {
        "demo/2026-09/run.json",
        "demo/2026-09/index.html",
        "demo/2026-09/findings.json",
        "demo/ticks.json",
    }


def test_outputs_where_nothing_is_yet_have_no_cycles(root):
    outputs = Places(root).outputs
    assert (cycles(outputs, "demo"), half_written(outputs, "demo")) == ([], [])


def test_team_whose_name_begins_as_anothers_has_its_own_cycles(places):
    places.lay({"demo-two/2026-09/run.json": "{}", "demo/2026-10/run.json": "{}"})
    assert cycles(places.outputs, "demo") == ["2026-10"]
    assert cycles(places.outputs, "dem") == []


def test_what_another_worker_put_is_seen_at_once(s3):
    places = Places(s3)
    places.team()
    assert cycles(places.outputs, "demo") == []
    other = s3fs.S3FileSystem(skip_instance_cache=True)
    other.pipe_file(f"{places.outputs}/demo/2026-10/run.json", b"{}")
    assert cycles(places.outputs, "demo") == ["2026-10"]


def test_pseudonyms_that_no_other_worker_would_make_are_refused(away, monkeypatch):
    away.team(review=REVIEW)
    monkeypatch.delenv("OPSREVIEW_PSEUDONYM_KEY", raising=False)
    with pytest.raises(ParamsError) as refused, away.work():
        pass
    assert str(refused.value) == (
        f"{away.params}/demo: every worker would make other pseudonyms: set "
        "OPSREVIEW_PSEUDONYM_KEY to the same text for all, or put a pseudonyms.key beside "
        "review.yaml"
    )


def test_pseudonyms_with_a_key_that_all_workers_have_are_made(away, monkeypatch):
    away.team(review=REVIEW)
    monkeypatch.setenv("OPSREVIEW_PSEUDONYM_KEY", "the same for all")
    with away.work():
        pass
    monkeypatch.delenv("OPSREVIEW_PSEUDONYM_KEY")
    away.lay({"demo/pseudonyms.key": "the same for all"}, away.params)
    with away.work() as here:
        assert (here.params / "demo" / "pseudonyms.key").read_text() == "the same for all"


@pytest.mark.parametrize("name", ["atlas", "..", "", "../params/demo", "demo/sub"])
def test_team_that_is_none_is_told_with_those_that_are(away, name):
    with pytest.raises(ParamsError, match="there is no team") as refused, away.work(name):
        pass
    assert "teams there: demo" in str(refused.value)


def test_params_that_are_not_valid_are_told_where_they_are(away):
    away.team(review="repos: 7\n")
    with pytest.raises(ParamsError) as refused, away.work():
        pass
    assert f"{away.params}/demo/review.yaml" in str(refused.value)
    assert "opsreview-" not in str(refused.value)


def test_file_whose_name_leads_out_of_the_copy_is_refused(memory):
    places = Places(memory)
    places.team()
    MemoryFileSystem.store["/fleet/params/demo/../../../out"] = MemoryFileSystem().open(
        "/fleet/params/demo/review.yaml"
    )
    with pytest.raises(PlaceError, match="leads out of it"), places.work():
        pass


def told(url: str, ask: Callable[[str], object] = team_names) -> str:
    """The one message that a place is refused with."""
    with pytest.raises(PlaceError) as refused:
        ask(url)
    message = str(refused.value)
    assert "\n" not in message
    assert refused.value.__cause__ is None
    return message


def outputs_of_demo(url: str) -> list[str]:
    return cycles(url, "demo")


def test_unknown_protocol_is_told():
    assert told("s4://bucket/params") == (
        "s4://bucket/params: s4:// is not known: write a folder, s3://bucket/folder, "
        "gs://bucket/folder or abfs://container/folder"
    )


@pytest.mark.parametrize(
    ("url", "driver"), [("gs://bucket/params", "gcsfs"), ("abfs://box/params", "adlfs")]
)
def test_driver_that_is_not_installed_is_told_with_how_to(url, driver, monkeypatch):
    monkeypatch.setitem(sys.modules, driver, None)
    protocol = url.partition(":")[0]
    assert told(url) == f"{url}: {protocol}:// needs {driver}: pip install {driver}"


def test_folder_of_params_that_is_missing_is_told(tmp_path, memory, s3):
    for url in (str(tmp_path / "params"), f"{memory}/params", f"{s3}/params"):
        assert url in told(url)


@pytest.mark.parametrize("ask", [team_names, outputs_of_demo])
def test_bucket_that_is_missing_is_told(s3, ask):
    assert told("s3://no-such-bucket/outputs", ask) == (
        "s3://no-such-bucket/outputs is not there (The specified bucket does not exist): "
        "make the bucket or folder, or correct the URL"
    )


@pytest.mark.parametrize("ask", [team_names, outputs_of_demo])
def test_missing_credentials_are_told(unmet_s3, monkeypatch, ask):
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.delenv(name)
    assert told(f"{unmet_s3}/params", ask) == (
        f"{unmet_s3}/params may not be used (Unable to locate credentials): check the "
        "credentials of whoever runs this and what they may list, read, write and delete"
    )


def test_credentials_without_rights_are_told_without_them(unmet_s3, s3_server, monkeypatch):
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "canary-key-id")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "canary-secret")
    asks_for_rights(s3_server, "0")
    try:
        message = told(f"{unmet_s3}/params")
    finally:
        asks_for_rights(s3_server, "inf")
    assert message.startswith(f"{unmet_s3}/params may not be used (")
    assert "canary" not in message


@pytest.mark.parametrize(
    ("said", "shown"),
    [
        (
            "could not connect to https://host/bucket?X-Amz-Signature=canary",
            "cannot be reached (could not connect to https://host/bucket): check the URL and the "
            "network, and run this again",
        ),
        (
            "Forbidden: b/box/o\nanna does not have storage.objects.list",  # as gcsfs says it
            "may not be used (Forbidden: b/box/o anna does not have storage.objects.list): check "
            "the credentials of whoever runs this and what they may list, read, write and delete",
        ),
    ],
)
def test_server_that_does_not_answer_or_refuses_is_told(said, shown, memory, monkeypatch):
    def refuses(*_: object, **__: object) -> None:
        raise OSError(said)

    monkeypatch.setattr(MemoryFileSystem, "find", refuses)
    assert told(memory) == f"memory://fleet {shown}"


def test_password_in_a_url_is_in_no_message(monkeypatch):
    monkeypatch.setattr("opsreview.secrets._known", set())
    message = told("s5://anna:canary%21@host/params?sig=canary-signature")
    assert message.startswith("s5://host/params: s5:// is not known")
    assert "canary" not in message
    assert redacted("canary! canary%21 canary-signature") == "[secret] [secret] [secret]"


def test_container_of_an_account_is_no_secret():
    assert told("abfs9://box@account.host/params").startswith("abfs9://box@account.host/params:")
