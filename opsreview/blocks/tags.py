"""How the pages name a release."""

from __future__ import annotations

from collections.abc import Callable

from opsreview.review import Review

Named = Callable[[str, str], str]


def named_by(review: Review) -> Named:
    """From repository and tag, how ``review.yaml`` names a release: ``owner/name@v1.2.0`` where
    there are several repositories, else the tag alone.
    """
    releases = review.table("releases")
    if releases.is_empty() or releases["repo"].n_unique() < 2:
        return lambda repo, tag: tag
    return "{}@{}".format
