"""Places to lay params and outputs in: a folder, memory, and an S3 of our own on loopback."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from pathlib import Path

import pytest
import s3fs
from fsspec.implementations.memory import MemoryFileSystem
from moto.server import ThreadedMotoServer

from .buckets import new_bucket
from .team_places import Places

KINDS = ("folder", "memory", "s3")


@pytest.fixture(scope="session")
def s3_server() -> Iterator[str]:
    """The address of an S3 that holds nothing yet."""
    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    logging.getLogger("werkzeug").setLevel(logging.ERROR)
    server.start()
    host, port = server.get_host_and_port()
    yield f"http://{host}:{port}"
    server.stop()


@pytest.fixture
def s3(s3_server: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    """A new bucket, and the credentials for it in the environment."""
    return new_bucket(s3_server, tmp_path, monkeypatch)


@pytest.fixture(scope="module")
def shared_s3(s3_server: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The same, for all tests of a file."""
    with pytest.MonkeyPatch.context() as patched:
        yield new_bucket(s3_server, tmp_path_factory.mktemp("none"), patched)


@pytest.fixture
def unmet_s3(s3: str) -> Iterator[str]:
    """The same bucket, that nobody is connected to: other credentials may be given for it."""
    s3fs.S3FileSystem.clear_instance_cache()
    yield s3
    s3fs.S3FileSystem.clear_instance_cache()


@pytest.fixture
def memory() -> Iterator[str]:
    """An empty memory."""
    MemoryFileSystem.store.clear()
    MemoryFileSystem.pseudo_dirs[:] = [""]
    yield "memory://fleet"
    MemoryFileSystem.store.clear()
    MemoryFileSystem.pseudo_dirs[:] = [""]


@pytest.fixture(params=KINDS)
def root(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """A place of each kind."""
    return str(tmp_path / "root") if request.param == "folder" else _elsewhere(request)


@pytest.fixture(params=KINDS[1:])
def remote(request: pytest.FixtureRequest) -> str:
    """A place of each kind that is on no disk of ours."""
    return _elsewhere(request)


@pytest.fixture
def places(root: str) -> Places:
    """One team in a place of each kind."""
    found = Places(root)
    found.team()
    return found


@pytest.fixture
def away(remote: str) -> Places:
    """One team in a place that is on no disk of ours."""
    found = Places(remote)
    found.team()
    return found


def _elsewhere(request: pytest.FixtureRequest) -> str:
    return str(request.getfixturevalue(request.param))
