"""Proposals follow their rules, at most three, and say what they would have meant."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from opsreview.estimate import Estimate, not_measurable
from opsreview.operating_model.conformance import Held, Verdict
from opsreview.operating_model.document import OperatingModel
from opsreview.operating_model.proposals import proposals

Load = Callable[[str], OperatingModel]
ANSWER = (
    "promises:\n  - {id: answer, says: x, owner: ada, metric: response_attainment, "
    "within: 3 days, at_least: 75 %}\n"
)


@dataclass(frozen=True)
class Said:
    id: str
    metric: str
    group: str = "all"
    is_signal: bool = False


def held(verdict: Verdict, promise_id: str = "answer") -> list[Held]:
    return [Held(promise_id, f"promises.{promise_id}", "x", "y", verdict, "z", [])]


def growing(hours: float, group: str) -> Estimate:
    """Half answered at once, and 5 % more each day."""
    return Estimate("share_answered", 0.5 + hours / 480, "share", 240, 0.6, 0.8)


def never(hours: float, group: str) -> Estimate:
    return not_measurable("share_answered", "share", "no earlier cycle")


def test_drifting_deadline_becomes_the_shortest_one_that_was_met(model_of: Load) -> None:
    findings: Sequence[Said] = [
        Said("f-1", "response_attainment"),
        Said("f-2", "response_attainment", "priority:p1"),
        Said("f-3", "backlog"),
    ]

    proposed = proposals(model_of(ANSWER), held("drifts"), growing, findings)

    assert proposed == [
        {
            "id": "p-1",
            "path": "promises.answer.within",
            "current": "3 days",
            "proposed": "5 days",
            "because": ["f-1"],
            "expects": "done",
            "what_if": "Within 5 d the team answered 75 % of 240 in the earlier cycles, "
            "interval 60–80 %: 75 % would have been kept.",
        }
    ]


def test_deadline_is_asked_for_in_the_promises_own_group(model_of: Load) -> None:
    text = ANSWER.replace("within:", 'group: "priority:p1", within:')
    asked: list[str] = []

    def attainment_at(hours: float, group: str) -> Estimate:
        asked.append(group)
        return growing(hours, group)

    proposals(model_of(text), held("drifts"), attainment_at, [])

    assert set(asked) == {"priority:p1"}


def test_no_deadline_is_proposed_where_none_was_met(model_of: Load) -> None:
    assert proposals(model_of(ANSWER), held("drifts"), never, []) == []


def test_deadline_that_holds_or_cannot_be_told_stays(model_of: Load) -> None:
    assert proposals(model_of(ANSWER), held("holds"), growing, []) == []
    assert proposals(model_of(ANSWER), held("cannot tell"), growing, []) == []


def test_deadline_longer_than_all_that_are_tried_stays(model_of: Load) -> None:
    text = ANSWER.replace("3 days", "3 weeks")

    assert proposals(model_of(text), held("drifts"), growing, []) == []


def test_drifting_median_gets_no_other_deadline(model_of: Load) -> None:
    text = (
        "promises: [{id: answer, says: x, owner: ada, metric: time_to_first_review, at_most: 1 h}]"
    )

    assert proposals(model_of(text), held("drifts"), growing, []) == []


def test_deputy_is_whoever_else_did_most_of_the_work(model_of: Load) -> None:
    work = {"releases": {"ada": 9, "cleo": 3, "ben": 3, "stranger": 8}}

    proposed = proposals(model_of("roles: {releases: {owner: ada}}\n"), [], never, [], work=work)

    assert proposed == [
        {
            "id": "p-1",
            "path": "roles.releases.deputy",
            "current": None,
            "proposed": "ben",
            "because": [],
            "expects": "done",
            "what_if": "Nobody stands in when the owner is away; the one proposed did 3 of 23.",
        }
    ]


def test_deputy_is_left_to_the_team_where_nobody_else_did_the_work(model_of: Load) -> None:
    model = model_of("roles: {releases: {owner: ada}}\n")

    (proposed,) = proposals(model, [], never, [], work={"releases": {"ada": 9, "ben": 0}})

    assert proposed["proposed"] is None
    assert proposed["what_if"] == "Nobody stands in when the owner is away: name one."


def test_role_with_a_deputy_is_left_alone(model_of: Load) -> None:
    assert proposals(model_of("roles: {r: {owner: ada, deputy: ben}}\n"), [], never, []) == []


def test_at_most_three_and_drift_comes_first(model_of: Load) -> None:
    roles = "roles:\n" + "".join(f"  r{i}: {{owner: ada}}\n" for i in range(5))

    proposed = proposals(model_of(roles + ANSWER), held("drifts"), growing, [])

    assert [said["id"] for said in proposed] == ["p-1", "p-2", "p-3"]
    assert [said["path"] for said in proposed] == [
        "promises.answer.within",
        "roles.r0.deputy",
        "roles.r1.deputy",
    ]


RELEASES = (
    "roles: {releases: {owner: ada, deputy: ben}}\n"
    "rhythm: {release: {every: 2 weeks, on: tuesday, starting: 2025-05-13, by: releases}}\n"
)


def drifting(path: str) -> list[Held]:
    return [Held(path, path, "x", "y", "drifts", "z", [])]


def rhythm_for(model_of: Load, gaps: Sequence[float], path: str = "rhythm.release") -> list[object]:
    said = [Said("drift.rhythm.release", "")]
    found = proposals(model_of(RELEASES), drifting(path), never, said, release_gaps_days=gaps)
    return [(each["proposed"], each["because"]) for each in found]


def test_slipping_train_becomes_the_next_slower_rhythm_that_half_of_the_gaps_kept(
    model_of: Load,
) -> None:
    gaps = [14, 15, 22, 22, 23, 40]

    (proposed,) = proposals(
        model_of(RELEASES), drifting("rhythm.release"), never, [], release_gaps_days=gaps
    )

    assert (proposed["path"], proposed["current"]) == ("rhythm.release.every", "2 weeks")
    assert proposed["proposed"] == "3 weeks"
    assert proposed["what_if"] == (
        "Half of the last 6 gaps between stable releases were 22 d or longer; "
        "every 3 weeks, 83 % of them would have been kept."
    )


def test_rhythm_names_the_finding_behind_it(model_of: Load) -> None:
    assert rhythm_for(model_of, [30] * 6) == [("month", ["drift.rhythm.release"])]


def test_rhythm_stays_where_releases_keep_it_are_few_or_slower_than_any(model_of: Load) -> None:
    assert rhythm_for(model_of, [30] * 6, path="rhythm.triage") == []
    assert rhythm_for(model_of, [30] * 5) == []
    assert rhythm_for(model_of, [14, 14, 14, 16, 30, 40]) == []
    assert rhythm_for(model_of, [100] * 6) == []


def owner_for(model_of: Load, counts: dict[str, int], path: str = "roles.releases") -> list[object]:
    found = proposals(model_of(RELEASES), drifting(path), never, [], work={"releases": counts})
    return [(each["path"], each["current"], each["proposed"]) for each in found]


def test_role_that_drifts_goes_to_whoever_does_at_least_half_of_its_work(model_of: Load) -> None:
    counts = {"ada": 2, "cleo": 8, "stranger": 30}

    assert owner_for(model_of, {"ada": 2, "cleo": 8}) == [("roles.releases.owner", "ada", "cleo")]
    assert owner_for(model_of, counts) == []


def test_role_stays_where_it_holds_or_little_was_done(model_of: Load) -> None:
    assert owner_for(model_of, {"cleo": 9}) == []
    assert owner_for(model_of, {"cleo": 90}, path="roles.other") == []
    assert owner_for(model_of, {"ada": 90}) == []


def test_texts_of_proposals_name_nobody(model_of: Load) -> None:
    (proposed,) = proposals(
        model_of(RELEASES),
        drifting("roles.releases"),
        never,
        [],
        work={"releases": {"ada": 2, "cleo": 8}},
    )

    assert proposed["what_if"] == "The one proposed did 8 of 10 in the last year, the owner 2."


def test_proposal_that_rests_on_a_signal_comes_before_the_order_of_the_rules(
    model_of: Load,
) -> None:
    later = ANSWER + (
        "  - {id: urgent, says: x, owner: ada, metric: response_attainment, "
        'group: "priority:p1", within: 1 day, at_least: 55 %}\n'
    )
    both = [*held("drifts"), *held("drifts", "urgent")]
    findings = [
        Said("f-1", "response_attainment"),
        Said("f-2", "response_attainment", "priority:p1", is_signal=True),
    ]

    proposed = proposals(model_of(later), both, growing, findings)

    assert [one["because"] for one in proposed[:2]] == [["f-2"], ["f-1"]]
    assert [one["id"] for one in proposed[:2]] == ["p-1", "p-2"]


DUTY = "rhythm: {duty: {every: week, order: [ada, ben]}}\n"


def test_order_that_others_than_it_names_hold_becomes_theirs(model_of: Load) -> None:
    work = {"duty": {"ada": 6, "cleo": 5, "stranger": 2}}

    (proposed,) = proposals(model_of(DUTY), drifting("rhythm.duty.order"), never, [], work=work)

    assert (proposed["path"], proposed["current"]) == ("rhythm.duty.order", ["ada", "ben"])
    assert proposed["proposed"] == ["ada", "cleo"]
    assert proposed["what_if"] == (
        "Of the last quarter's 13 turns, 7 were held by people whom the order does not name; "
        "1 whom it names held none."
    )


def test_order_that_is_not_followed_yet_is_left_alone(model_of: Load) -> None:
    alone: dict[str, dict[str, int]] = {"duty": {"ada": 12, "cleo": 1}}
    kept = {"duty": {"ada": 6, "cleo": 5}}

    assert not proposals(model_of(DUTY), drifting("rhythm.duty.order"), never, [], work=alone)
    assert not proposals(model_of(DUTY), drifting("rhythm.duty.cover"), never, [], work=kept)
