"""Where built cycles are: a folder, or an address that fsspec reaches."""

from __future__ import annotations

import io
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import fsspec
import polars as pl
from fsspec.implementations.local import LocalFileSystem

from opsreview.errors import OutputsError

POLARS_READS = {"s3", "s3a", "gs", "gcs", "az", "abfs", "abfss", "adl", "http", "https"}


@dataclass(frozen=True)
class Place:
    """An outputs folder; ``root`` is its path as ``files`` has it, ``said`` as a reader wrote it.

    Names below it are joined by ``/``: ``demo/2026-10/run.json``.
    """

    files: Any
    root: str
    said: str

    @classmethod
    def of(cls, outputs: str | Path) -> Place:
        """The place that a path or an address such as ``s3://bucket/outputs`` names.

        Raises:
            OutputsError: Nothing here reaches such an address.
        """
        try:
            files, root = fsspec.core.url_to_fs(str(outputs))
        except (ValueError, ImportError) as error:
            raise OutputsError(
                f"{outputs} cannot be reached ({error}): write a folder or an address like "
                "s3://bucket/outputs, and install the library that it names"
            ) from error
        return cls(files, str(root).rstrip("/"), str(outputs))

    @property
    def folder(self) -> Path | None:
        """The folder on this disk; None for an address elsewhere."""
        return Path(self.root) if isinstance(self.files, LocalFileSystem) else None

    def names(self, below: str = "") -> dict[str, bool]:
        """What is in a folder, and whether each is a folder itself; nothing where there is none.

        Raises:
            OutputsError: It cannot be listed.
        """
        path = self._path(below)
        try:
            found = self.files.ls(path, detail=True, refresh=True)
        except (FileNotFoundError, NotADirectoryError):
            return {}
        except Exception as error:  # each kind of storage has errors of its own
            raise OutputsError(
                f"{self.said} cannot be listed ({error}): check the address and your rights"
            ) from error
        named = {each["name"].rstrip("/").rsplit("/", 1)[-1]: each for each in found}
        own = path.rsplit("/", 1)[-1]  # object stores list a folder's own mark among what is in it
        return {
            name: each["type"] == "directory"
            for name, each in named.items()
            if not (name == own and each["name"].rstrip("/") == path)
        }

    def contents(self, names: Sequence[str]) -> dict[str, bytes]:
        """The bytes of small files, asked for together; those that cannot be read are left out."""
        paths = [self._path(name) for name in names]
        read = self.files.cat_ranges(paths, None, None, on_error="return") if paths else []
        pairs = zip(names, read, strict=True)
        return {name: content for name, content in pairs if isinstance(content, bytes)}

    def scan(
        self, names: Sequence[str], schema: Mapping[str, pl.DataType], *, origin: str
    ) -> pl.LazyFrame:
        """Parquet files as one lazy frame of ``schema``, and a column ``origin``: a row's file.

        Columns that a file lacks are null.
        """
        if self.folder is None and not POLARS_READS & set(self._protocols):
            frames = [
                _scanned(self._bytes(name), schema).with_columns(pl.lit(name).alias(origin))
                for name in names
            ]
            return pl.concat(frames)
        paths = {self._address(name): name for name in names}
        scanned = _scanned(list(paths), schema, include_file_paths=origin)
        return scanned.with_columns(pl.col(origin).replace(paths))

    def write(self, name: str, text: str) -> str:
        """Write a file whole; its address.

        Raises:
            OutputsError: It cannot be written.
        """
        if self.folder is not None:
            from opsreview.reports.page_files import write_page

            return str(write_page(self.folder / name, text))
        try:
            self.files.pipe_file(self._path(name), text.encode())
        except Exception as error:  # each kind of storage has errors of its own
            raise OutputsError(
                f"{self.said}/{name} cannot be written ({error}): check your rights there"
            ) from error
        return f"{self.said.rstrip('/')}/{name}"

    @property
    def _protocols(self) -> Sequence[str]:
        protocol = self.files.protocol
        return (protocol,) if isinstance(protocol, str) else tuple(protocol)

    def _path(self, name: str) -> str:
        return f"{self.root}/{name}" if name else self.root

    def _address(self, name: str) -> str:
        path = self._path(name)
        return path if self.folder is not None else str(self.files.unstrip_protocol(path))

    def _bytes(self, name: str) -> io.BytesIO:
        with self.files.open(self._path(name), "rb") as file:
            return io.BytesIO(file.read())


def _scanned(source: Any, schema: Mapping[str, pl.DataType], **asked: Any) -> pl.LazyFrame:
    return pl.scan_parquet(
        source,
        schema=schema,
        glob=False,
        missing_columns="insert",
        extra_columns="ignore",
        **asked,
    )
