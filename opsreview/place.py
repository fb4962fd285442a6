"""A folder or URL, opened: what lies in it, and what is in the way told in one message."""

from __future__ import annotations

import logging
import re
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path, PurePosixPath
from typing import Any
from urllib.parse import parse_qsl, unquote

from fsspec.core import split_protocol, url_to_fs
from fsspec.implementations.local import LocalFileSystem
from fsspec.registry import known_implementations

from opsreview.errors import OpsReviewError, PlaceError
from opsreview.secrets import Secret, redacted

LONGEST_REASON = 200
SHORTEST_SIGNATURE = 8  # of what a signed URL holds; shorter values are words of the language

# What the libraries behind fsspec raise where rights are missing: none of it is a PermissionError.
_NO_RIGHTS = {
    "ClientAuthenticationError",
    "CredentialRetrievalError",
    "DefaultCredentialsError",
    "NoCredentialsError",
    "PartialCredentialsError",
    "ProfileNotFound",
    "RefreshError",
    "TokenRetrievalError",
}
_GOOGLE_REFUSES = "Forbidden: "  # how gcsfs begins an OSError of no kind

for _driver_log in ("adlfs", "azure", "gcsfs", "google", "s3fs"):
    logging.getLogger(_driver_log).addHandler(logging.NullHandler())  # what is in the way is told


@dataclass(frozen=True)
class Place:
    """A folder or URL. Files in it are named as seen from there, with ``/`` between folders.

    ``url`` is how it is shown; ``folder`` is the place itself where it is on a disk of ours.
    """

    url: str
    folder: Path | None
    _files: Any
    _root: str

    @classmethod
    def of(cls, url: str) -> Place:
        """Open a place. It is not asked yet whether anything is there.

        Raises:
            PlaceError: Nobody knows the protocol, or its driver is not installed.
        """
        shown = _shown(url)
        protocol, path = split_protocol(url)
        with _told(shown):
            try:
                files, root = url_to_fs(url)
            except ImportError as error:
                raise PlaceError(f"{shown}: {_driver(str(protocol), error)}") from None
            except ValueError as error:
                if "Protocol not known" not in str(error):
                    raise
                raise PlaceError(
                    f"{shown}: {protocol}:// is not known: write a folder, s3://bucket/folder, "
                    "gs://bucket/folder or abfs://container/folder"
                ) from None
        if not isinstance(files, LocalFileSystem):
            return cls(shown, None, files, root.rstrip("/"))
        folder = Path(root) if protocol else Path(path).expanduser()
        return cls(shown, folder, LocalFileSystem(auto_mkdir=True), root.rstrip("/"))

    def files(self, under: str = "") -> list[str]:
        """The names of all files there now, or below a folder of it, sorted.

        Raises:
            PlaceError: The bucket is missing, or may not be read.
        """
        return sorted(self.sizes(under))

    def sizes(self, under: str = "") -> dict[str, int | None]:
        """The bytes of all files there now, or below a folder of it; None where it is not told.

        Raises:
            PlaceError: The bucket is missing, or may not be read.
        """
        root = self._path(under) if under else self._root
        with _told(self.url):
            self._files.invalidate_cache()  # others write here too
            found: dict[str, Any] = self._files.find(root, detail=True)
        inside = [name for name in found if name.startswith(f"{root}/") and not name.endswith("/")]
        return {name[len(self._root) + 1 :]: found[name].get("size") for name in inside}

    def size(self, name: str) -> int | None:
        """The bytes of a file now; None where there is none."""
        with _told(self.url):
            try:
                self._files.invalidate_cache()
                found: int | None = self._files.size(self._path(name))
            except FileNotFoundError:
                return None
        return found

    def listed(self, under: str = "") -> dict[str, bool]:
        """What lies in it or in a folder of it now, not deeper, and whether each is a folder.

        Raises:
            PlaceError: The bucket is missing, or may not be read.
        """
        root = self._path(under) if under else self._root
        with _told(self.named(under)):
            self._files.invalidate_cache()  # others write here too
            try:
                found = self._files.ls(root, detail=True)
            except NotADirectoryError:
                return {}
            except FileNotFoundError:
                self._files.find(root)  # no folder is no matter; no bucket is told
                return {}
        kinds = {each["name"].rstrip("/"): each["type"] == "directory" for each in found}
        kinds.pop(root, None)  # some storage lists a folder among what is in it
        return {name.rpartition("/")[2]: is_folder for name, is_folder in kinds.items()}

    def has(self, name: str) -> bool:
        with _told(self.url):
            self._files.invalidate_cache()
            return bool(self._files.exists(self._path(name)))

    def get(self, names: Sequence[str], into: Path) -> None:
        """Bring files into a folder, under their names."""
        if not names:
            return
        for name in names:
            (into / _checked(name, self.url)).parent.mkdir(parents=True, exist_ok=True)
        with _told(self.url):
            self._files.get([self._path(n) for n in names], [str(into / n) for n in names])

    def put(self, names: Sequence[str], out_of: Path, *, under: str = "") -> None:
        """Bring files of a folder here, under their names, many at a time and in no order.

        With ``under`` they come into a folder of the place, from where ``copy_out`` takes them.
        """
        if names:
            there = [self._path(f"{under}/{n}" if under else n) for n in names]
            with _told(self.url):
                self._files.put([str(out_of / n) for n in names], there)

    def copy_out(self, names: Sequence[str], *, under: str) -> None:
        """Copy files from below a folder of the place to where they belong; none comes here.

        Some storage copies on after this has returned: ask for the sizes.
        """
        if names:
            with _told(self.url):
                self._files.invalidate_cache()
                self._files.copy(
                    [self._path(f"{under}/{n}") for n in names], [self._path(n) for n in names]
                )

    def remove(self, names: Iterable[str]) -> None:
        """Take files away; those that are gone already are no matter."""
        with _told(self.url):
            for name in names:
                with suppress(FileNotFoundError):
                    self._files.rm_file(self._path(name))

    def read(self, name: str) -> bytes | None:
        """What a file holds; None where there is none."""
        with _told(self.url):
            try:
                return bytes(self._files.cat_file(self._path(name)))
            except FileNotFoundError:
                return None

    def read_many(self, names: Sequence[str]) -> tuple[dict[str, bytes], dict[str, str]]:
        """What small files hold, asked for together; of the others, what is in the way of each."""
        if not names:
            return {}, {}
        with _told(self.url):
            paths = [self._path(name) for name in names]
            found = self._files.cat_ranges(paths, None, None, on_error="return")
        pairs = list(zip(names, found, strict=True))
        read = {name: bytes(held) for name, held in pairs if not isinstance(held, Exception)}
        return read, {
            name: _in_the_way(held) for name, held in pairs if isinstance(held, Exception)
        }

    def write(self, name: str, content: bytes) -> None:
        with _told(self.url):
            self._files.pipe_file(self._path(name), content)

    def create(self, name: str, content: bytes) -> bool:
        """Make a file, unless there is one: of several who try at once one is told True."""
        with _told(self.url):
            try:
                with self._files.open(self._path(name), "xb") as file:
                    file.write(content)
            except FileExistsError:
                return False
        return True

    def modified_at(self, name: str) -> datetime | None:
        """When a file was last written, UTC; None where there is none."""
        with _told(self.url):
            try:
                self._files.invalidate_cache()
                at: datetime = self._files.modified(self._path(name))
            except FileNotFoundError:
                return None
        return at

    def named(self, name: str) -> str:
        """A file or folder in it, as it is shown."""
        return f"{self.url.rstrip('/')}/{name}" if name else self.url

    def address(self, name: str) -> str:
        """A file's path or URL for other libraries: credentials may be in it, it is not shown."""
        path = self._path(name)
        return path if self.folder else str(self._files.unstrip_protocol(path))

    def _path(self, name: str) -> str:
        return f"{self._root}/{_checked(name, self.url)}"


def _checked(name: str, url: str) -> str:
    """A name that leads nowhere else: names may come from whoever can write there."""
    parts = name.split("/")
    if PurePosixPath(name).is_absolute() or ".." in parts or "" in parts:
        raise PlaceError(f"{url}: {name!r} leads out of it: remove or rename it")
    return name


def _shown(url: str) -> str:
    """A URL as it may be printed; a password in it is known as a secret from here on."""
    protocol, path = split_protocol(url)
    if protocol is None:
        return redacted(url)
    path, _, query = path.partition("?")
    account, at, _ = path.partition("/")[0].rpartition("@")
    _, colon, password = account.partition(":")
    signed = [value for _, value in parse_qsl(query) if len(value) >= SHORTEST_SIGNATURE]
    for hidden in filter(None, (password, unquote(password), query, *signed)):
        Secret(hidden)
    return redacted(f"{protocol}://{path.removeprefix(account + at) if colon else path}")


def _driver(protocol: str, error: ImportError) -> str:
    known = known_implementations.get(protocol, {})
    package = known.get("class", "fsspec").partition(".")[0]
    if package == "fsspec":  # its own driver lacks something else, and says what
        return f"{protocol}:// cannot be opened here: {error}"
    return f"{protocol}:// needs {package}: pip install {package}"


@contextmanager
def _told(url: str) -> Iterator[None]:
    """Whatever a driver raises, told in one message: they share no family of errors."""
    try:
        yield
    except OpsReviewError:
        raise
    except Exception as error:
        raise PlaceError(f"{url} {_in_the_way(error)}") from None


def _in_the_way(error: Exception) -> str:
    reason = _reason(error)
    kinds = {kind.__name__ for kind in type(error).__mro__}
    codes = {str(getattr(error, name, "")) for name in ("code", "status", "status_code")}
    is_refused = isinstance(error, PermissionError) or reason.startswith(_GOOGLE_REFUSES)
    if is_refused or kinds & _NO_RIGHTS or codes & {"401", "403"}:
        return (
            f"may not be used ({reason}): check the credentials of whoever runs this and what "
            "they may list, read, write and delete"
        )
    if isinstance(error, FileNotFoundError) or "404" in codes:
        return f"is not there ({reason}): make the bucket or folder, or correct the URL"
    return f"cannot be reached ({reason}): check the URL and the network, and run this again"


def _reason(error: Exception) -> str:
    """The error's own words, on one line and without secrets or the queries of signed URLs."""
    said = error.strerror if isinstance(error, OSError) and error.strerror else str(error)
    line = redacted(" ".join(said.split())) or type(error).__name__
    line = re.sub(r"(://[^\s?\"']*)\?[^\s\"']*", r"\1", line)
    line = re.sub(r"://[^\s/@\"']*@", "://", line)
    return line if len(line) <= LONGEST_REASON else f"{line[:LONGEST_REASON]}…"
