"""What a model declares, and what it may not say."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from opsreview.errors import ParamsError
from opsreview.operating_model.document import OperatingModel, load_model
from opsreview.window import Cycle, Window

Load = Callable[[str], OperatingModel]
MADRID = ZoneInfo("Europe/Madrid")
RELEASE = "rhythm:\n  release: {every: 2 weeks, on: tuesday, starting: 2025-05-13, by: ada}\n"
ANSWER = (
    "{id: answer, says: x, owner: ada, metric: response_attainment, within: 3 days, at_least: 75 %}"
)
ANSWER_P1 = (
    "{id: p1, says: x, owner: ada, metric: response_attainment, within: 1 day, at_least: 0.8, "
    'group: "priority:p1"}'
)


def promises(*entries: str) -> str:
    return "promises:\n" + "".join(f"  - {entry}\n" for entry in entries)


def refusal(model_of: Load, text: str) -> str:
    with pytest.raises(ParamsError) as refused:
        model_of(text)
    return "\n".join(line.rpartition("/")[2] for line in str(refused.value).splitlines())


def test_version_alone_is_a_model_that_declares_nothing(model_of: Load) -> None:
    model = model_of("")

    assert model.not_declared == [
        "roles",
        "areas of the product",
        "support channels",
        "when triage happens",
        "when releases happen",
        "who is on duty in turn",
        "when the retrospective happens",
        "whom to call next (escalation)",
        "promises",
        "who reviewed this model and when",
    ]
    assert model.response_hours() is None
    assert model.release_slots(Cycle("2026-10", MADRID).window, zone=MADRID) == []


def test_role_without_deputy_and_no_answer_time_are_not_declared(model_of: Load) -> None:
    text = "roles: {lead: {owner: ada}}\n" + promises("{id: s, says: x, owner: ada, unchecked: y}")

    assert model_of(text).not_declared[-2:] == [
        "a deputy for lead",
        "how soon a first answer comes",
    ]


FIRST_LEVEL = """\
roles: {lead: {owner: ada, deputy: ben}}
areas: {preview: {owner: ada}}
channels: {chat: {where: x, watched_by: ada}}
rhythm:
  triage: {every: week, by: ada}
  release: {every: 2 weeks, on: tuesday, starting: 2025-05-13, by: ada}
  duty: {every: week, order: [ada, ben]}
  retrospective: {every: month, by: ada}
escalation: [{who: ada, after: 0 min}]
reviewed: {by: ada, on: 2026-06-02}
"""
SECOND_LEVEL = """\
decisions: {cut: {what: x}}
severities: {bad: {means: x}}
reviews: {approvals: 1}
backlog: {quiet: {says: x}}
docs: {readme: {path: README.md, owner: ada}}
onboarding: {buddy: ada}
"""


def test_second_level_is_not_declared_only_once_the_first_one_is(model_of: Load) -> None:
    assert model_of(FIRST_LEVEL + promises(ANSWER)).not_declared == [
        "which decisions recur, and who takes them",
        "which hours duty covers",
        "how bad a problem can be, and what that asks (severities)",
        "when a hotfix goes out of turn",
        "what a pull request needs before it is merged",
        "what keeps the backlog readable",
        "which pages of documentation somebody keeps true",
        "how a new maintainer begins",
    ]


def test_third_level_is_not_declared_only_once_the_second_one_is(model_of: Load) -> None:
    first = FIRST_LEVEL.replace("[ada, ben]", "[ada, ben], cover: always")
    first = first.replace("13, by: ada", "13, by: ada, hotfix: {when: x, by: ada}")
    first = first.replace(", deputy: ben", "")

    assert model_of(first + SECOND_LEVEL + promises(ANSWER)).not_declared == [
        "a deputy for lead",
        "what in the repository embodies the model (surfaces)",
        "commitments that a checkout can show",
    ]


def test_deadline_and_share_of_a_promise(model_of: Load) -> None:
    promise = model_of(promises(ANSWER)).promise("answer")

    assert promise is not None
    assert (promise.statistic, promise.at_most_hours, promise.at_least) == (
        "share_answered",
        72,
        0.75,
    )
    assert promise.in_words == "at least 75 % within 3 d"


def test_duration_promise_is_judged_by_its_median(model_of: Load) -> None:
    entry = "{id: r, says: x, owner: ada, metric: time_to_first_review, at_most: 2 days}"
    promise = model_of(promises(entry)).promise("r")

    assert promise is not None
    assert (promise.statistic, promise.target, promise.at_most) == ("median", 48, None)
    assert promise.in_words == "a median of at most 2 d"


def test_count_promise_takes_a_bare_number(model_of: Load) -> None:
    entry = "{id: b, says: x, owner: ada, metric: backlog, at_most: 0}"
    promise = model_of(promises(entry)).promise("b")

    assert promise is not None
    assert (promise.statistic, promise.target, promise.at_most) == ("change", 0, 0)


def test_promise_that_is_not_there_is_none(model_of: Load) -> None:
    assert model_of("").promise("answer") is None


def test_priority_has_its_own_deadline_and_else_the_general_one(model_of: Load) -> None:
    model = model_of(promises(ANSWER, ANSWER_P1))

    assert model.response_hours() == 72
    assert model.response_hours("p1") == 24
    assert model.response_hours("p2") == 72


def test_priority_without_any_promise_has_no_deadline(model_of: Load) -> None:
    assert model_of(promises(ANSWER_P1)).response_hours("p2") is None


def test_release_slots_of_a_cycle(model_of: Load) -> None:
    slots = model_of(RELEASE).release_slots(Cycle("2026-11", MADRID).window, zone=MADRID)

    assert slots == [date(2026, 11, 10), date(2026, 11, 24)]


def test_slot_belongs_to_the_window_in_which_its_day_begins(model_of: Load) -> None:
    begins_at = datetime(2026, 11, 9, 23, tzinfo=UTC)  # 10 November, midnight in Madrid
    model = model_of(RELEASE)

    ending = Window(datetime(2026, 11, 1, tzinfo=UTC), begins_at)
    starting = Window(begins_at, datetime(2026, 11, 10, tzinfo=UTC))

    assert model.release_slots(ending, zone=MADRID) == []
    assert model.release_slots(starting, zone=MADRID) == [date(2026, 11, 10)]


def test_release_slots_before_the_start_are_none(model_of: Load) -> None:
    slots = model_of(RELEASE).release_slots(Cycle("2024-11", MADRID).window, zone=MADRID)

    assert slots == []


def test_other_document_of_the_same_team_is_resolved_anew(model_of: Load) -> None:
    earlier = model_of(promises(ANSWER)).as_written({"version": 1})

    assert earlier.promises == ()


@pytest.mark.parametrize(
    ("entry", "problem"),
    [
        (
            "{id: a, says: x, owner: ada}",
            "it has no metric to hold it: name one, or write unchecked",
        ),
        ("{id: a, says: x, owner: ada, at_least: 80 %}", "it has no metric to hold it"),
        (
            "{id: a, says: x, owner: ada, metric: backlog, unchecked: y}",
            "it has both a metric and unchecked: keep one",
        ),
        (
            "{id: a, says: x, owner: ada, unchecked: y, at_most: 3}",
            "it is unchecked and has a target: remove one of the two",
        ),
        (
            "{id: a, says: x, owner: ada, metric: response_attainment, within: 3 days}",
            "it needs a deadline and a share: within: 3 days, at_least: 80 %",
        ),
        (
            "{id: a, says: x, owner: ada, metric: time_to_first_review, within: 2 days}",
            "within belongs to response_attainment: write at_most: 2 days here",
        ),
        (
            "{id: a, says: x, owner: ada, metric: backlog}",
            "it needs one target: write either at_least or at_most",
        ),
        (
            "{id: a, says: x, owner: ada, metric: busiest_share, at_most: 50}",
            "busiest_share is judged by its share: 50.0 is not a percent such as 80 %",
        ),
        (
            "{id: a, says: x, owner: ada, metric: time_to_first_review, at_most: 80 %}",
            "time_to_first_review is judged by its median: '80 %' is not a duration such as 2 days",
        ),
        (
            "{id: a, says: x, owner: ada, metric: backlog, at_most: 2 days}",
            "backlog is judged by its change: '2 days' is not a bare number",
        ),
    ],
)
def test_promise_that_cannot_be_held_is_refused(model_of: Load, entry: str, problem: str) -> None:
    assert refusal(model_of, promises(entry)).startswith(f"model.yaml:3: promises[0]: {problem}")


def test_unknown_metric_names_the_near_one(model_of: Load) -> None:
    entry = "{id: a, says: x, owner: ada, metric: backlogs, at_most: 2 days}"

    assert refusal(model_of, promises(entry)).startswith(
        "model.yaml:3: promises[0].metric: backlogs is no metric; did you mean backlog? known: "
    )


def test_two_promises_with_one_id_are_refused(model_of: Load) -> None:
    entry = "{id: s, says: x, owner: ada, unchecked: y}"

    assert refusal(model_of, promises(entry, entry)) == (
        "model.yaml:4: promises[1].id: s is the id of a promise above: give it another"
    )


def test_two_deadlines_for_one_group_are_refused(model_of: Load) -> None:
    second = ANSWER.replace("id: answer", "id: late").replace("3 days", "9 days")

    assert refusal(model_of, promises(ANSWER, second)) == (
        "model.yaml:4: promises[1].within: "
        "answer promises a deadline for all already: keep one of the two"
    )


def test_two_areas_with_one_label_are_refused(model_of: Load) -> None:
    text = "areas:\n  one: {owner: ada, label: x}\n  two: {owner: ben, label: x}\n"

    assert refusal(model_of, text) == (
        "model.yaml:4: areas.two.label: x is the label of the area one already: keep one"
    )


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("rols: {}\n", "model.yaml:2: rols: unknown key; did you mean roles? known keys: areas,"),
        (
            "roles: {lead: {owner: ada, deputi: ben}}\n",
            "model.yaml:2: roles.lead.deputi: unknown key; did you mean deputy? ",
        ),
        (
            "roles: {Lead Person: {owner: ada}}\n",
            "model.yaml:2: roles.Lead Person: 'Lead Person' is no id: write it with lower-case",
        ),
        ("roles: {lead: ada}\n", "model.yaml:2: roles.lead: it should be a mapping; it says 'ada'"),
        ("roles:\n", "model.yaml:2: roles: it should be a mapping; it says nothing"),
        (
            "channels: {chat: {where: x, watched_by: ada, answer_within: 3}}\n",
            "model.yaml:2: channels.chat.answer_within: 3 is not a duration: write a number",
        ),
        (
            "rhythm:\n  release: {every: 2 weeks, on: tuesday, starting: 2025-05-14, by: ada}\n",
            "model.yaml:3: rhythm.release: starting 2025-05-14 is a wednesday, not a tuesday",
        ),
        (
            "rhythm:\n  release: {every: weekday, on: tuesday, starting: 2025-05-13, by: ada}\n",
            "model.yaml:3: rhythm.release: every weekday has no weekday: write weeks",
        ),
        (
            "rhythm: {duty: {every: week, handover: noon, order: [ada]}}\n",
            "model.yaml:2: rhythm.duty.handover: 'noon' is not a weekly moment: write it as monday",
        ),
        (
            "escalation:\n  - who: ada\n    after: soon\n",
            "model.yaml:4: escalation[0].after: 'soon' is not a duration",
        ),
        (
            "reviewed: {by: ada, on: never}\n",
            "model.yaml:2: reviewed.on: it should be a valid date",
        ),
    ],
)
def test_what_level_one_does_not_know_is_refused(model_of: Load, text: str, message: str) -> None:
    assert refusal(model_of, text).startswith(message)


def test_another_version_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "model.yaml"
    path.write_text("version: 2\n", encoding="utf-8")

    with pytest.raises(ParamsError, match=r"model\.yaml:1: version: it should be 1; it says 2"):
        load_model(path, (), ())
