"""A built cycle over a part of its items: by area, label, repository, person and window."""

from opsreview.filtering.asked import Asked, Days
from opsreview.filtering.filtered import Filtered

__all__ = ["Asked", "Days", "Filtered"]
