"""A promise holds, drifts, or cannot be told, by the value and by what its interval reaches."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from opsreview.estimate import Estimate, not_measurable
from opsreview.operating_model.conformance import happened, held_against, judged
from opsreview.operating_model.document import OperatingModel
from opsreview.operating_model.promise import Promise

ANSWER = Promise(
    "answer",
    "Answers come soon",
    "ada",
    "response_attainment",
    "share_answered",
    "share",
    at_most_hours=72,
    at_least=0.8,
)
REVIEW = Promise(
    "review", "Reviews begin", "ada", "time_to_first_review", "median", "hours", at_most_hours=48
)
BUSIEST = Promise("busiest", "Shared", "ada", "busiest_share", "share", "share", at_most=0.5)
GAP = Promise("gap", "Calm", "ada", "release_interval", "median", "hours", at_least=240)


def share(value: float, lower: float | None, upper: float | None, n: int = 43) -> Estimate:
    return Estimate("share_answered", value, "share", n, lower, upper, "wilson")


def median(value: float | None, lower: float | None, upper: float | None, n: int = 31) -> Estimate:
    return Estimate("median", value, "hours", n, lower, upper, "kaplan-meier")


@pytest.mark.parametrize(
    ("promise", "estimate", "verdict", "why"),
    [
        (ANSWER, share(0.84, 0.7, 0.92), "holds", "84 % meets at least 80 % within 3 d"),
        (ANSWER, share(0.8, 0.7, 0.9), "holds", "80 % meets at least 80 % within 3 d"),
        (ANSWER, share(0.5, 0.39, 0.61), "drifts", "the whole interval (39–61 %) is below 80 %"),
        (ANSWER, share(0.65, 0.39, 0.84), "cannot tell", "the interval (39–84 %) reaches 80 %"),
        (ANSWER, share(0.65, 0.5, 0.8), "cannot tell", "the interval (50–80 %) reaches 80 %"),
        (
            ANSWER,
            share(0.65, 0.5, None),
            "cannot tell",
            "the interval (at least 50 %) reaches 80 %",
        ),
        (REVIEW, median(30, 20, 60), "holds", "30 h meets a median of at most 2 d"),
        (REVIEW, median(96, 72, 120), "drifts", "the whole interval (3–5 d) is above 2 d"),
        (REVIEW, median(72, 36, 120), "cannot tell", "the interval (36 h–5 d) reaches 2 d"),
        (REVIEW, median(96, 72, None), "drifts", "the whole interval (at least 3 d) is above 2 d"),
        (REVIEW, median(96, None, None, 2), "cannot tell", "2 are too few to give an interval"),
        (REVIEW, median(None, 72, None), "drifts", "more than 3 d is above 2 d"),
        (
            REVIEW,
            median(None, 24, None),
            "cannot tell",
            "half are still open; more than 24 h is all that is sure",
        ),
        (REVIEW, median(None, None, None), "cannot tell", "the data give no value"),
        (GAP, median(None, 264, None), "holds", "more than 11 d meets at least 10 d"),
        (GAP, median(120, 96, 144), "drifts", "the whole interval (4–6 d) is below 10 d"),
        (BUSIEST, share(0.58, None, None, 24), "drifts", "58 % is above 50 %"),
        (BUSIEST, share(0.42, None, None, 24), "holds", "42 % meets at most 50 %"),
        (
            ANSWER,
            not_measurable("share_answered", "share", "no comments were fetched"),
            "cannot tell",
            "no comments were fetched",
        ),
        (
            ANSWER,
            Estimate("share_answered", None, "share", 0),
            "cannot tell",
            "there was nothing to measure",
        ),
    ],
)
def test_verdict_and_reason(promise: Promise, estimate: Estimate, verdict: str, why: str) -> None:
    assert judged(promise, estimate) == (verdict, why)


@pytest.mark.parametrize(
    ("promise", "estimate", "said"),
    [
        (
            ANSWER,
            Estimate("share_answered", 0.52, "share", 43, 0.38, 0.66, n_pending=4),
            "52 % of 43 answered within 3 d (interval 38–66 %, 4 more still inside their deadline)",
        ),
        (
            REVIEW,
            median(57.6, 48, 96),
            "time to a first review: a median of 2.4 d (n = 31, interval 2–4 d)",
        ),
        (
            REVIEW,
            median(None, 72, None, 12),
            "time to a first review: a median of more than 3 d (n = 12)",
        ),
        (REVIEW, not_measurable("median", "hours", "no reviews"), "not measurable"),
    ],
)
def test_what_happened_is_said_with_n_and_interval(
    promise: Promise, estimate: Estimate, said: str
) -> None:
    assert happened(promise, estimate) == said


def test_every_promise_is_held_against_its_own_number(
    model_of: Callable[[str], OperatingModel],
) -> None:
    model = model_of(
        "promises:\n"
        "  - {id: p1, says: Soon, owner: ada, metric: response_attainment, within: 1 day, "
        'at_least: 80 %, group: "priority:p1"}\n'
        "  - {id: mail, says: Same day, owner: ada, unchecked: no source reads mail}\n"
    )
    asked: list[tuple[str, str, str]] = []

    def estimates(metric: str, statistic: str, group: str) -> Estimate:
        asked.append((metric, statistic, group))
        return share(0.5, 0.4, 0.6)

    held = held_against(
        model,
        estimates=estimates,
        evidence=lambda promise: [{"text": promise.id, "url": "https://example.org/1"}],
    )

    assert asked == [("response_attainment", "share_answered", "priority:p1")]
    assert [said.to_json() for said in held] == [
        {
            "id": "p1",
            "path": "promises.p1",
            "says": "Soon",
            "happened": "50 % of 43 answered within 24 h (interval 40–60 %)",
            "verdict": "drifts",
            "why": "the whole interval (40–60 %) is below 80 %",
            "evidence": [{"text": "p1", "url": "https://example.org/1"}],
            "kind": "promise",
        },
        {
            "id": "mail",
            "path": "promises.mail",
            "says": "Same day",
            "happened": "not checked",
            "verdict": "cannot tell",
            "why": "no source reads mail",
            "evidence": [],
            "kind": "promise",
        },
    ]


def test_nothing_measured_has_no_evidence(model_of: Callable[[str], OperatingModel]) -> None:
    model = model_of(
        "promises: [{id: b, says: x, owner: ada, metric: busiest_share, at_most: 50 %}]\n"
    )
    held = held_against(
        model,
        estimates=lambda *asked: not_measurable("share", "share", "no rota"),
        evidence=lambda promise: [{"text": "x", "url": "https://example.org/1"}],
    )

    assert (held[0].evidence, held[0].why) == ([], "no rota")
