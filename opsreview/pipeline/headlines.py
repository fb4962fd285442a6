"""Which six numbers the front page leads with."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from opsreview.errors import ParamsError
from opsreview.metrics.metric import Metric
from opsreview.params import Team

# What ends a wait, by the statistic that is read off the curve of waits.
ENDINGS = {
    "response_attainment.share_answered": ("answered",),
    "time_to_first_response.median": ("answered",),
    "time_to_first_attention.median": ("attended",),
    "time_to_triage.median": ("triaged", "closed_by_human"),
    "time_to_first_review.median": ("reviewed",),
    "change_request_duration.median": ("merged",),
}


@dataclass(frozen=True)
class Headline:
    """One statistic of one metric, over all repositories."""

    metric: str
    statistic: str
    group: str = "all"

    @property
    def id(self) -> str:
        """As findings are called, and as review.yaml names it: ``backlog.change``."""
        return f"{self.metric}.{self.statistic}"


DEFAULT = (
    Headline("response_attainment", "share_answered"),
    Headline("backlog", "change"),
    Headline("waiting_on_team", "count"),
    Headline("time_to_first_review", "median"),
    Headline("busiest_share", "share"),
    Headline("release_frequency", "count", "kind:stable"),
)


WITH_A_TRAIN = (*DEFAULT[:-1], Headline("release_punctuality", "share_on_time"))


def headlines_of(
    team: Team, metrics: Mapping[str, Metric], *, has_train: bool
) -> Sequence[Headline]:
    """The headlines of a team: its own choice in review.yaml, else the usual six.

    Of releases the usual one is how many slots were kept where the model declares a release train
    (``has_train``), else how many stable releases there were.

    Raises:
        ParamsError: One of its choice is no statistic of any metric.
    """
    chosen = team.review.headlines
    if chosen is None:
        return WITH_A_TRAIN if has_train else DEFAULT
    known = {
        f"{metric.id}.{statistic}": Headline(metric.id, statistic)
        for metric in metrics.values()
        for statistic, _ in metric.statistics
    } | {usual.id: usual for usual in DEFAULT}
    for name in chosen:
        if name not in known:
            raise ParamsError(
                f"{team.folder / 'review.yaml'}: headlines: {name!r} is no statistic of a metric: "
                f"write it like {DEFAULT[0].id}; there are {', '.join(sorted(known))}"
            )
    return [known[name] for name in chosen]
