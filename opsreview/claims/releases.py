"""Sentences about releases."""

from __future__ import annotations

from opsreview.claims.spoken import Sentence, Spoken, half, known_only, noted
from opsreview.estimate import Estimate
from opsreview.wording import (
    capitalised,
    certainty_in_words,
    counted,
    interval_in_words,
    slots_kept,
    value_in_words,
)


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
    released = _count(spoken, "release_frequency", "count")
    if not released:
        return "Nothing was released"
    verb = "was" if released == 1 else "were"
    counts = f"{stable}, {hotfix} and {prerelease}"
    return f"{counted(released, 'release')} {verb} published: {counts}"


def _interval(spoken: Spoken) -> str:
    median = spoken.estimate("release_interval", "median")
    longest = spoken.estimate("release_interval", "longest")
    return (
        f"Stable releases came {value_in_words(median)} apart at the median over the last twelve "
        f"months {noted(median, n=counted(median.n, 'gap'))}; the longest gap was "
        f"{value_in_words(longest)}"
    ) + known_only(spoken, "release_interval", "releases")


def _unreleased(spoken: Spoken) -> str:
    return _waiting(spoken) + known_only(spoken, "unreleased_changes", "releases and merges")


def _waiting(spoken: Spoken) -> str:
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
    names = ("late", "skipped", "overdue")
    missed = [(name, _count(spoken, "release_punctuality", name)) for name in names]
    said = ", ".join(f"{found} {name}" for name, found in missed if found)
    unplanned = _count(spoken, "release_punctuality", "unplanned")
    return (
        f"{slots_kept(kept)} ({certainty_in_words(kept)})"
        + (f": {said}" if said else "")
        + (f"; {counted(unplanned, 'release')} came unplanned" if unplanned else "")
    )


def _slip(spoken: Spoken) -> str:
    slip = spoken.estimate("release_punctuality", "slip")
    trend = spoken.estimate("release_punctuality", "slip_trend")
    when = f"up to {value_in_words(slip)} after" if slip.value else "on the day of"
    said = (
        f"Half of the releases of the last twelve months came {when} their slot "
        f"{noted(slip, n=counted(slip.n, 'slot'))}"
    )
    missed = f"; {counted(slip.n_excluded, 'slot')} had none" if slip.n_excluded else ""
    return said + missed + _trend(trend)


def _trend(trend: Estimate) -> str:
    """How the slip moves, where there are enough slots to tell."""
    if trend.value is None or trend.lower is None or trend.upper is None:
        return ""
    if trend.lower <= 0 <= trend.upper:
        return f"; no trend is to be seen ({interval_in_words(trend)})"
    moves = "grows" if trend.value > 0 else "shrinks"
    return f"; it {moves} from slot to slot ({interval_in_words(trend)})"


def _off_hours(spoken: Spoken) -> str:
    metric = "off_hours_release_share"
    outside = spoken.estimate(metric, "share")
    places = (
        ("share_on_friday", "on a Friday"),
        ("share_at_night", "at night"),
        ("share_in_freeze", "in a freeze"),
    )
    others = [(_of_share(spoken.estimate(metric, name)), where) for name, where in places]
    said = ", ".join(f"{found} {where}" for found, where in others if found)
    return (
        f"{_of_share(outside)} of {counted(outside.n, 'release')} of the last twelve months came "
        f"outside of working hours ({certainty_in_words(outside)})"
        + "".join(f"; {more}" for more in (said, outside.reason) if more)
    )


def _releasers(spoken: Spoken) -> str:
    factor = spoken.estimate("release_absence_factor", "count")
    top = spoken.estimate("release_absence_factor", "top_share")
    robots = f"; a robot, or nobody known, published {factor.n_excluded}"
    rest = robots if factor.n_excluded else ""
    if top.value == 1:
        what = "the only release" if top.n == 1 else f"all {top.n} releases"
        return f"One person published {what} of the last twelve months{rest}"
    who = "one person" if factor.value == 1 else f"{int(factor.value or 0)} people"
    return (
        f"Half of {factor.n} releases of the last twelve months were published by "
        f"{who}; the busiest published {value_in_words(top)} {noted(top)}{rest}"
    )


def _chains(spoken: Spoken) -> str:
    longest = spoken.estimate("hotfix_chains", "longest")
    chains = _count(spoken, "hotfix_chains", "count")
    if not longest.value:
        return "There was no hotfix in the last twelve months"
    if not chains:
        return "No hotfix of the last twelve months needed another one"
    often = "Once" if chains == 1 else f"{chains} times"
    return (
        f"{often} in the last twelve months a hotfix needed another one; the longest chain had "
        f"{int(longest.value)}"
    )


def _of_share(estimate: Estimate) -> int:
    return round((estimate.value or 0) * estimate.n)


def _count(spoken: Spoken, metric: str, statistic: str) -> int:
    return int(spoken.estimate(metric, statistic).value or 0)


def _deployments(spoken: Spoken) -> str:
    rate = spoken.estimate("deployment_frequency", "rate_per_week")
    return (
        "Taking each published stable release and hotfix for a deployment, there were "
        f"{value_in_words(rate)} {noted(rate)}"
    )


def _failures(spoken: Spoken) -> str:
    share = spoken.estimate("change_fail_rate", "share")
    failed = round((share.value or 0) * share.n)
    said = (
        f"Of {counted(share.n, 'release')} of the last twelve months {failed} "
        f"{'is' if failed == 1 else 'are'} declared to have failed: {value_in_words(share)} "
        f"{noted(share)}"
    )
    return f"{said}; {_suspected(spoken)}{_pending(share)}"


def _pending(share: Estimate) -> str:
    """Those that the rate leaves out; some of them may have failed already, as the table tells."""
    if not share.n_pending:
        return ""
    counts = "counts" if share.n_pending == 1 else "count"
    return f"; {share.n_pending} more, too young to tell, {counts} in neither"


def _recovery(spoken: Spoken) -> str:
    median = spoken.estimate("failed_deployment_recovery_time", "median")
    if median.value is None and median.n == 1:
        return "The declared failure has not been followed by a release yet"
    if median.value is None:
        return f"Fewer than half of the {median.n} declared failures were followed by a release"
    return (
        f"Half of the declared failures were followed by the next release within "
        f"{value_in_words(median)} {noted(median)}"
    )


def _rework(spoken: Spoken) -> str:
    share = spoken.estimate("deployment_rework_rate", "share")
    hotfixes = counted(round((share.value or 0) * share.n), "hotfix", "hotfixes")
    said = (
        f"{hotfixes} among {counted(share.n, 'release')} of the last twelve months: "
        f"{value_in_words(share)} {noted(share)}"
    )
    is_said = spoken.estimate("change_fail_rate", "share").is_measured
    return capitalised(said if is_said else f"{said}; {_suspected(spoken)}")


def _suspected(spoken: Spoken) -> str:
    """How many are suspected, which is told once: beside the declared, else beside hotfixes."""
    share = spoken.estimate("change_fail_rate", "share", "kind:suspected")
    if not share.is_measured:
        return "how many are suspected is not known"
    suspected = round((share.value or 0) * share.n)
    if not suspected:
        return "none is suspected"
    verb = "is" if suspected == 1 else "are"
    told = f"{suspected} of {share.n} ({value_in_words(share)})"
    return f"{told} {verb} suspected, because a hotfix followed"


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
    ("release_punctuality", "share_on_time", _punctuality),
    ("release_punctuality", "slip", _slip),
    ("off_hours_release_share", "share", _off_hours),
    ("release_absence_factor", "count", _releasers),
    ("hotfix_chains", "count", _chains),
    ("deployment_frequency", "rate_per_week", _deployments),
    ("change_fail_rate", "share", _failures),
    ("failed_deployment_recovery_time", "median", _recovery),
    ("deployment_rework_rate", "share", _rework),
)
