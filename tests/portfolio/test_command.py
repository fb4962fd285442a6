"""``opsreview portfolio`` as a person types it, on a folder and on storage elsewhere."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from urllib.request import Request, urlopen

import fsspec
import polars as pl
import pytest
from commands import NOT_WHOLE, OUR_ERROR, WHOLE
from fleet_factory import write_team
from moto.server import ThreadedMotoServer
from typer.testing import CliRunner, Result

from opsreview.cli import app

from .reading import plain


def portfolio(outputs: object) -> Result:
    return CliRunner().invoke(app, ["portfolio", "--outputs", str(outputs)])


@pytest.fixture
def bucket(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[str]:
    """An address of storage like S3, on loopback; no settings of this machine are read."""
    server = ThreadedMotoServer("127.0.0.1", port=0)
    server.start()
    host, port = server.get_host_and_port()
    settings = {
        "AWS_ACCESS_KEY_ID": "nobody",
        "AWS_SECRET_ACCESS_KEY": "nothing",
        "AWS_DEFAULT_REGION": "us-east-1",
        "AWS_ENDPOINT_URL": f"http://{host}:{port}",
        "AWS_ALLOW_HTTP": "true",
        "AWS_CONFIG_FILE": str(tmp_path / "none"),
        "AWS_SHARED_CREDENTIALS_FILE": str(tmp_path / "none"),
    }
    for name, value in settings.items():
        monkeypatch.setenv(name, value)
    files = fsspec.filesystem("s3", skip_instance_cache=True)
    name = tmp_path.name.replace("_", "-")  # the server's buckets outlive it
    files.mkdir(name)
    try:
        yield f"s3://{name}/outputs"
    finally:
        server.stop()
        fsspec.get_filesystem_class("s3").clear_instance_cache()


def test_command_prints_the_path_of_the_page(tmp_path: Path) -> None:
    write_team(tmp_path, "apollo")
    done = portfolio(tmp_path)
    assert done.exit_code == WHOLE
    assert done.stdout == f"{tmp_path / 'portfolio.html'}\n"
    assert "apollo October 2026" in plain((tmp_path / "portfolio.html").read_text("utf-8"))


def test_broken_team_makes_the_page_not_whole_and_is_told(tmp_path: Path) -> None:
    write_team(tmp_path, "apollo")
    (write_team(tmp_path, "bering") / "run.json").unlink()
    done = portfolio(tmp_path)
    assert done.exit_code == NOT_WHOLE
    assert done.stdout == f"{tmp_path / 'portfolio.html'}\n"
    assert "not whole: bering: 2026-10 has no run.json" in " ".join(done.stderr.split())


def test_folder_without_teams_is_one_error_and_no_page(tmp_path: Path) -> None:
    done = portfolio(tmp_path)
    assert done.exit_code == OUR_ERROR
    assert done.stdout == ""
    assert "holds no team with a cycle: run `opsreview run TEAM`" in " ".join(done.stderr.split())
    assert not list(tmp_path.iterdir())


def test_page_that_cannot_be_written_is_one_error(tmp_path: Path) -> None:
    write_team(tmp_path, "apollo")
    (tmp_path / "portfolio.html").mkdir()
    done = portfolio(tmp_path)
    assert done.exit_code == OUR_ERROR
    assert "portfolio.html cannot be written" in " ".join(done.stderr.split())


def test_storage_elsewhere_is_read_and_the_page_written_beside_the_teams(
    tmp_path: Path, bucket: str
) -> None:
    write_team(tmp_path / "outputs", "apollo")
    write_team(tmp_path / "outputs", "bering", cycle="2026-09")
    broken = write_team(tmp_path / "outputs", "calypso")
    (broken / "metrics.parquet").write_bytes(b"PAR1")
    here = portfolio(tmp_path / "outputs")
    written = (tmp_path / "outputs/portfolio.html").read_text("utf-8")
    (tmp_path / "outputs/portfolio.html").unlink()
    files = fsspec.filesystem("s3")
    files.put(str(tmp_path / "outputs"), bucket, recursive=True)

    done = portfolio(bucket)
    assert done.exit_code == here.exit_code == NOT_WHOLE, done.output
    assert done.stdout == f"{bucket}/portfolio.html\n"
    assert files.cat_file(f"{bucket}/portfolio.html").decode() == written


def test_storage_without_rights_is_one_error_that_says_what_to_check(
    tmp_path: Path, bucket: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    write_team(tmp_path / "outputs", "apollo")
    fsspec.filesystem("s3").put(str(tmp_path / "outputs"), bucket, recursive=True)
    address = os.environ["AWS_ENDPOINT_URL"]
    ask_for_rights(address, after=0)
    try:
        done = portfolio(bucket)
    finally:
        ask_for_rights(address, after=None)
    assert done.exit_code == OUR_ERROR
    assert done.stdout == ""
    said = " ".join(done.stderr.split())
    assert f"{bucket} may not be used (" in said
    assert said.endswith("what they may list, read, write and delete")
    assert "Traceback" not in said


def ask_for_rights(server: str, *, after: int | None) -> None:
    """Have the storage ask who it is, from so many requests on; never for None."""
    count = b"inf" if after is None else str(after).encode()
    said = {"Content-Type": "text/plain"}
    asked = Request(f"{server}/moto-api/reset-auth", count, said, method="POST")
    urlopen(asked, timeout=5).close()


def test_bucket_that_is_missing_is_one_error(bucket: str) -> None:
    done = portfolio("s3://no-such-bucket/outputs")
    assert done.exit_code == OUR_ERROR
    assert "s3://no-such-bucket/outputs is not there (" in " ".join(done.stderr.split())


@pytest.mark.parametrize("error", [pl.exceptions.ComputeError, OSError, Exception])
def test_storage_that_polars_may_not_read_by_itself_is_read_through_its_driver(
    error: type[Exception], tmp_path: Path, bucket: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    write_team(tmp_path / "outputs", "apollo")
    fsspec.filesystem("s3").put(str(tmp_path / "outputs"), bucket, recursive=True)
    monkeypatch.setattr(pl, "scan_parquet", refusing(pl.scan_parquet, error))
    done = portfolio(bucket)
    assert done.exit_code == WHOLE, done.output
    text = fsspec.filesystem("s3").cat_file(f"{bucket}/portfolio.html").decode()
    assert "52 %" in plain(text)


def refusing(
    scan: Callable[..., pl.LazyFrame], error: type[Exception]
) -> Callable[..., pl.LazyFrame]:
    """Scanning that has no credentials of its own, as where a driver alone knows the profile."""

    def scanned(source: object, **asked: Any) -> pl.LazyFrame:
        if isinstance(source, list):
            raise error("no credentials")
        return scan(source, **asked)

    return scanned


def test_storage_without_teams_is_one_error(bucket: str) -> None:
    done = portfolio(bucket)
    assert done.exit_code == OUR_ERROR
    assert "holds no team with a cycle" in " ".join(done.stderr.split())
