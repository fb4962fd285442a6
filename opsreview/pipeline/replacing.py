"""Files of a team's params replaced together, or not at all, and only as they were read."""

from __future__ import annotations

import fcntl
import os
import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from opsreview.errors import ParamsError


@dataclass(frozen=True)
class Draft:
    """A file as it was read (None: it was not there), and what it shall hold."""

    path: Path
    before: bytes | None
    after: str

    @property
    def is_change(self) -> bool:
        return self.before != self.after.encode()


def bytes_of(path: Path) -> bytes | None:
    """What a file holds; None where there is none.

    Raises:
        ParamsError: It cannot be read.
    """
    try:
        return path.read_bytes()
    except FileNotFoundError:
        return None
    except OSError as error:
        raise ParamsError(f"{path}: cannot be read ({error.strerror}): check the path") from None


def text_of(path: Path, held: bytes) -> str:
    """The text of a file, with the mark that some editors put before it.

    Raises:
        ParamsError: It is not UTF-8.
    """
    try:
        return held.decode()
    except UnicodeDecodeError as error:
        line = held[: error.start].count(b"\n") + 1
        raise ParamsError(f"{path}:{line}: the text is not UTF-8: save it as UTF-8") from None


def replace_together(folder: Path, drafts: Sequence[Draft], *, news: Callable[[Path], str]) -> None:
    """Put every draft in its file's place, in their order, while nobody else does so.

    A link stays a link, and a file keeps its mode.

    Args:
        folder: ``params/<team>/``, which is locked meanwhile.
        drafts: What to write.
        news: What to say of a file that changed since it was read.

    Raises:
        ParamsError: A file is no longer what was read, or cannot be written; then all are as
            they were.
    """
    with _locked(folder):
        for draft in drafts:
            if bytes_of(draft.path) != draft.before:
                raise ParamsError(news(draft.path))
        _replace([draft for draft in drafts if draft.is_change])


def _replace(drafts: Sequence[Draft]) -> None:
    made: dict[Path, Path] = {}
    replaced: list[Draft] = []
    try:
        for draft in drafts:
            made[draft.path] = _written_beside(draft.path, draft.after.encode())
        for draft in drafts:
            os.replace(made[draft.path], draft.path.resolve())
            del made[draft.path]
            replaced.append(draft)
    except OSError as error:
        _put_back(replaced)
        place = error.filename2 or error.filename or drafts[0].path
        raise ParamsError(
            f"{place} cannot be written ({error.strerror or error}), so nothing is changed: "
            "let the folder be written and run this again"
        ) from error
    finally:
        _remove(made)


def _written_beside(path: Path, content: bytes) -> Path:
    """A new file beside the one that ``path`` leads to, with its mode."""
    target = path.resolve()
    handle, name = tempfile.mkstemp(prefix=f".{target.name}-", dir=target.parent)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(content)
            os.fchmod(file.fileno(), _mode_of(target))
            file.flush()
            os.fsync(file.fileno())
    except OSError:
        os.unlink(name)
        raise
    return Path(name)


def _mode_of(target: Path) -> int:
    if target.exists():
        return target.stat().st_mode & 0o7777
    umask = os.umask(0)
    os.umask(umask)
    return 0o666 & ~umask


def _put_back(replaced: Sequence[Draft]) -> None:
    with suppress(OSError):
        for draft in reversed(replaced):
            if draft.before is None:
                draft.path.unlink()
            else:
                os.replace(_written_beside(draft.path, draft.before), draft.path.resolve())


def _remove(made: Mapping[Path, Path]) -> None:
    for left in made.values():
        with suppress(OSError):
            left.unlink()


@contextmanager
def _locked(folder: Path) -> Iterator[None]:
    """Hold the folder; the system lets go of it when the process ends, however it ends."""
    try:
        handle = os.open(folder, os.O_RDONLY)
    except OSError as error:
        raise _cannot_be_locked(folder, error) from error
    try:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX)
        except OSError as error:
            raise _cannot_be_locked(folder, error) from error
        yield
    finally:
        os.close(handle)


def _cannot_be_locked(folder: Path, error: OSError) -> ParamsError:
    return ParamsError(
        f"{folder} cannot be locked ({error.strerror or error}), so nothing is changed: "
        "work in a folder on a disk of this machine"
    )
