"""``opsreview portfolio`` as a person types it, on a folder and on storage elsewhere."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import fsspec
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


def test_storage_without_teams_is_one_error(bucket: str) -> None:
    done = portfolio(bucket)
    assert done.exit_code == OUR_ERROR
    assert "holds no team with a cycle" in " ".join(done.stderr.split())
