"""A cycle's folder: written whole beside its place, then moved there."""

from __future__ import annotations

import json
import shutil
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import polars as pl
from ruamel.yaml import YAML

from opsreview.errors import OutputsError


@contextmanager
def whole_folder(final: Path) -> Iterator[Path]:
    """A new folder to fill; it takes the place of ``final`` when nothing went wrong.

    Raises:
        OutputsError: The outputs folder cannot be written.
    """
    try:
        making = final.parent / ".making"  # no cycle is looked for in here
        making.mkdir(parents=True, exist_ok=True)
        made = Path(tempfile.mkdtemp(prefix=f"{final.name}-", dir=making))
    except OSError as error:
        raise OutputsError(
            f"{final.parent} cannot be written ({error.strerror or error}): "
            "free it or name another folder with --outputs"
        ) from error
    try:
        yield made
        made.chmod(0o755)
        _take_place(made, final)
    except OSError as error:
        raise OutputsError(
            f"{final} cannot be written ({error.strerror or error}): the cycle is as it was"
        ) from error
    finally:
        shutil.rmtree(made, ignore_errors=True)
        with suppress(OSError):  # another build may be at work in it
            making.rmdir()


def write_frames(folder: Path, frames: Mapping[str, pl.DataFrame]) -> None:
    """Each frame as ``<name>.parquet``."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, frame in frames.items():
        frame.write_parquet(folder / f"{name}.parquet")


def write_json(path: Path, content: Any) -> None:
    """JSON in a fixed form, so that the same content is the same bytes."""
    text = json.dumps(content, indent=2, ensure_ascii=False, sort_keys=False, default=str)
    path.write_text(text + "\n", encoding="utf-8")


def write_whole(path: Path, content: bytes) -> None:
    """A file of its own, whole or not at all; the folder is made.

    Raises:
        OutputsError: It cannot be written; what was there stays.
    """
    unfinished = path.with_name(f".{path.name}.part")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        unfinished.write_bytes(content)
        unfinished.replace(path)
    except OSError as error:
        with suppress(OSError):
            unfinished.unlink()
        raise OutputsError(
            f"{path} cannot be written ({error.strerror or error}): check the folder's rights"
        ) from error


def write_proposals(path: Path, proposals: Sequence[Mapping[str, Any]]) -> None:
    """``proposals.yaml``."""
    yaml = YAML(typ="safe")
    yaml.default_flow_style = False
    yaml.sort_base_mapping_type_on_output = False  # type: ignore[assignment]
    yaml.allow_unicode = True
    with path.open("w", encoding="utf-8") as file:
        yaml.dump([dict(proposal) for proposal in proposals], file)


def _take_place(made: Path, final: Path) -> None:
    """The old folder steps aside only once the new one is whole, and comes back if that fails."""
    if not final.exists():
        made.rename(final)
        return
    aside = made.with_name(made.name + "-old")
    final.rename(aside)
    try:
        made.rename(final)
    except OSError:
        aside.rename(final)
        raise
    shutil.rmtree(aside, ignore_errors=True)
