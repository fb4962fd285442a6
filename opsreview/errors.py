"""Everything opsreview refuses to do, in one tree.

OpsReviewError
├── ParamsError          a file in params/<team>/ says something we cannot read
├── SourceError          a file, calendar or clone that a source names cannot be read
├── StoreError           the store is missing, damaged or of another version
├── StoppedError         a limit or another process is in the way; the same command resumes
├── CycleError           a cycle name, or a cycle that has not been built
├── FilterError          a filter asks a built cycle for what it does not know
├── ScheduleError        no schedule of duty keeps all that it has to keep
├── OutputsError         the outputs folder cannot be written or read
├── FleetError           the workers of a fleet cannot be used
├── PlaceError           a fleet's params or outputs cannot be reached, read or written
├── TableError           a frame of our own breaks its contract: a defect in opsreview
└── NotebookError        a notebook cannot be found or does not declare its parameters

Every message names the thing, the value and the next step.
"""

from __future__ import annotations

from datetime import datetime


class OpsReviewError(Exception):
    """Base of all errors that opsreview raises on purpose."""


class ParamsError(OpsReviewError):
    """A file of ``params/<team>/`` cannot be read or is not valid."""


class SourceError(OpsReviewError):
    """What a source names cannot be read. Nothing already stored is lost."""


class StoreError(OpsReviewError):
    """The store is missing, damaged, or written by another version."""


class StoppedError(OpsReviewError):
    """A limit or another process is in the way; running the same command again resumes.

    ``until`` is when that is worth while, UTC; None where nobody can tell. ``is_limit``: it is a
    limit of an API, which others that ask with the same token meet too.
    """

    def __init__(
        self, message: str, until: datetime | None = None, *, is_limit: bool = False
    ) -> None:
        super().__init__(message)
        self.until = until
        self.is_limit = is_limit


class CycleError(OpsReviewError):
    """A cycle's name is wrong, or the cycle has not been built."""


class FilterError(OpsReviewError):
    """A filter asks for what the cycle does not know."""


class ScheduleError(OpsReviewError):
    """No schedule of duty keeps all that it has to keep."""


class OutputsError(OpsReviewError):
    """The outputs folder cannot be read or written."""


class FleetError(OpsReviewError):
    """The workers of a fleet cannot be reached, or are not fit for it."""


class PlaceError(OpsReviewError):
    """A folder or URL of a fleet's params or outputs cannot be reached, read or written."""


class TableError(OpsReviewError):
    """A frame of our own breaks its contract."""


class NotebookError(OpsReviewError):
    """A notebook is missing, or does not declare a parameter it is given."""
