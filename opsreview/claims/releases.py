"""Sentences about releases."""

from __future__ import annotations

from opsreview.claims.spoken import Sentence, Spoken, half, noted
from opsreview.wording import capitalised, counted, value_in_words


def _releases(spoken: Spoken) -> str:
    kinds = (
        ("stable", "stable release", "stable releases"),
        ("hotfix", "hotfix", "hotfixes"),
        ("prerelease", "pre-release", "pre-releases"),
    )
    stable, hotfix, prerelease = (
        counted(
            int(spoken.estimate("release_frequency", "count", f"kind:{kind}").value or 0),
            noun,
            plural,
        )
        for kind, noun, plural in kinds
    )
    return capitalised(f"{stable}, {hotfix} and {prerelease} were published")


def _interval(spoken: Spoken) -> str:
    median = spoken.estimate("release_interval", "median")
    longest = spoken.estimate("release_interval", "longest")
    return (
        f"Stable releases came {value_in_words(median)} apart at the median over the last twelve "
        f"months {noted(median, n=counted(median.n, 'gap'))}; the longest gap was "
        f"{value_in_words(longest)}"
    )


def _unreleased(spoken: Spoken) -> str:
    count = spoken.estimate("unreleased_changes", "count")
    median = spoken.estimate("unreleased_changes", "median")
    if not count.value:
        return "Everything merged has been released"
    if count.value == 1:
        return f"One merged change is not released, for {value_in_words(median)} by now"
    return (
        f"{int(count.value)} merged changes are not released, half of them for more than "
        f"{value_in_words(median)} {noted(median)}"
    )


def _batch(spoken: Spoken) -> str:
    median = spoken.estimate("batch_size", "median")
    largest = spoken.estimate("batch_size", "largest")
    return (
        f"Half of the stable releases of the last twelve months brought up to "
        f"{value_in_words(median)} merged changes {noted(median, n=counted(median.n, 'release'))}; "
        f"the largest brought {value_in_words(largest)}"
    )


def _punctuality(spoken: Spoken) -> str:
    kept = spoken.estimate("release_punctuality", "share_on_time")
    on_time = round((kept.value or 0) * kept.n)
    others = (
        ("late", "was late", "were late"),
        ("skipped", "was skipped", "were skipped"),
        ("overdue", "is overdue", "are overdue"),
    )
    parts = [f"{on_time} of {counted(kept.n, 'release slot')} kept {noted(kept, n=' ').strip()}"]
    parts = [f"{on_time} of {counted(kept.n, 'release slot')} {_was(on_time)} kept"]
    for name, one, many in others:
        found = int(spoken.estimate("release_punctuality", name).value or 0)
        parts += [f"{found} {one if found == 1 else many}"] if found else []
    unplanned = int(spoken.estimate("release_punctuality", "unplanned").value or 0)
    also = f"; {counted(unplanned, 'release')} came unplanned" if unplanned else ""
    return capitalised(", ".join(parts) + f" ({interval_in_words(kept)} kept)" + also)


SENTENCES: tuple[Sentence, ...] = (
    ("release_frequency", "count", _releases),
    ("release_interval", "median", _interval),
    (
        "change_lead_time",
        "median",
        half(
            "change_lead_time",
            "Half of the merged changes were released within {value}",
            "Fewer than half of the {n} merged changes were released",
        ),
    ),
    ("unreleased_changes", "count", _unreleased),
    ("batch_size", "median", _batch),
)
