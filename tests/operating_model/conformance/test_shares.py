"""Who really did the work of each role and in each area."""

from __future__ import annotations

from collections.abc import Callable

import polars as pl
import pytest
from factories import (
    at,
    comments,
    events,
    incident_events,
    incidents,
    issues,
    people,
    pull_requests,
    releases,
    reviews,
)
from operating_model.conformance.observing import links, observed, told

from opsreview.operating_model.conformance import Held, Observed
from opsreview.operating_model.conformance.shares import area_rows, kinds_of_work, role_rows
from opsreview.operating_model.document import OperatingModel

Load = Callable[[str], OperatingModel]
LEAD = """\
roles: {lead: {owner: ada, deputy: ben}}
channels: {issues: {where: here, watched_by: lead}}
"""
RELEASER = """\
roles: {releaser: {owner: ada%s}}
rhythm: {release: {every: week, on: tuesday, starting: 2026-09-01, by: releaser}}
"""
AREA = "areas: {preview: {owner: ada, deputy: ben, label: area/preview}}\n"


def answers(*people: str, day: int = 5) -> dict[str, pl.DataFrame]:
    """An issue for each person, answered by them on the same day; ada is about all month."""
    opened = issues(*({"opened_at": f"2026-10-{day:02}"} for _ in people))
    said = comments(
        *(
            {"number": number, "author": who, "created_at": f"2026-10-{day:02} 10:00"}
            for number, who in enumerate(people, 1)
        )
    )
    return {"issues": opened, "comments": said, "events": about("ada")}


def about(*people: str, days: range = range(1, 32)) -> pl.DataFrame:
    """A trace of each person on each day, on something that is nobody's work here."""
    return events(
        *(
            {
                "event": "renamed",
                "number": 99,
                "actor": who,
                "created_at": f"2026-10-{day:02} 12:00",
            }
            for who in people
            for day in days
        )
    )


def role(load: Load, seen: Observed, text: str = LEAD) -> Held:
    (row,) = role_rows(load(text), seen)
    return row


def test_owner_and_deputy_doing_most_of_it_hold(model_of: Load) -> None:
    row = role(model_of, observed(**answers("ada", "ada", "ada", "ben", "cleo")))

    assert (row.path, row.kind) == ("roles.lead", "role")
    assert row.says == "lead is ADA, deputy BEN: first answers"
    assert told(row) == (
        "holds",
        "who is named for it did 4 of 5 (80 %, 38–96 %, n 5): the owner 3, the deputy 1",
        "80 % is 50 % or more",
    )
    assert row.estimate is not None
    assert (row.estimate.value, row.estimate.n) == (0.8, 5)


def test_others_doing_most_of_it_drift_with_links_to_what_they_did(model_of: Load) -> None:
    row = role(model_of, observed(**answers("ada", *["cleo"] * 14)))

    assert row.verdict == "drifts"
    assert row.why == "the whole interval (1–30 %) is below 50 %"
    assert links(row) == ["#9", "#8", "#7"]


def test_share_whose_interval_reaches_half_cannot_be_told(model_of: Load) -> None:
    row = role(model_of, observed(**answers("ada", "ada", "cleo", "cleo", "cleo")))

    assert told(row)[::2] == ("cannot tell", "the interval (12–77 %) reaches 50 %")


def test_fewer_than_five_acts_cannot_be_told(model_of: Load) -> None:
    row = role(model_of, observed(**answers("cleo", "cleo", "cleo", "cleo")))

    assert told(row)[::2] == ("cannot tell", "fewer than 5 are too few to tell")


def test_owner_without_a_trace_has_gone_quiet_however_few_the_acts(model_of: Load) -> None:
    stated = answers("cleo", "dev") | {"events": events()}

    row = role(model_of, observed(**stated))

    assert told(row)[::2] == (
        "drifts",
        "the owner has gone quiet: nothing of theirs is recorded in the cycle",
    )


def test_owner_is_not_called_quiet_after_a_few_days(model_of: Load) -> None:
    stated = answers("cleo", day=2) | {"events": events()}

    assert role(model_of, observed(as_of=at("2026-10-06"), **stated)).verdict == "cannot tell"


def test_owner_is_not_called_quiet_where_what_people_do_is_not_known(model_of: Load) -> None:
    published = releases(
        *({"author": "cleo", "published_at": f"2026-10-0{n}"} for n in range(1, 7))
    )

    row = role(model_of, observed(releases=published, without=["events"]), RELEASER % "")

    assert row.why == "the owner did none of 6"


def test_owner_who_is_about_but_does_none_of_it_drifts(model_of: Load) -> None:
    row = role(model_of, observed(**answers("ben", "ben", "ben", "ben", "ben")))

    assert told(row)[::2] == ("drifts", "the owner did none of 5")


def test_deputy_who_did_nothing_while_the_owner_was_away_drifts(model_of: Load) -> None:
    stated = answers("ada", "cleo", day=6) | {"events": about("ada", days=range(12, 32))}
    stated["comments"] = stated["comments"].filter(pl.col("author_id") == "cleo")

    row = role(model_of, observed(**stated))

    assert told(row)[::2] == (
        "drifts",
        "the owner was away from 2026-10-01 to 2026-10-09, and the deputy did none of it",
    )


def test_deputy_who_stood_in_once_is_not_blamed(model_of: Load) -> None:
    stated = answers("ben", "cleo", day=6) | {"events": about("ada", days=range(12, 32))}

    assert role(model_of, observed(**stated)).verdict == "cannot tell"


def test_four_working_days_away_are_no_absence(model_of: Load) -> None:
    days = [1, 2, *range(9, 32)]  # away from Monday 5 to Thursday 8 October
    stated = answers("cleo", "cleo", day=6)
    stated["events"] = pl.concat(about("ada", days=range(day, day + 1)) for day in days)

    assert role(model_of, observed(**stated)).verdict == "cannot tell"


def test_deputy_of_an_absent_owner_is_not_blamed_where_nothing_came_up(model_of: Load) -> None:
    stated = answers("ada", "ada", day=20) | {"events": about("ada", days=range(12, 32))}

    assert role(model_of, observed(**stated)).verdict == "cannot tell"


def test_what_waits_unanswered_came_up_though_nobody_did_it(model_of: Load) -> None:
    stated = answers("ada", "ada", day=20) | {"events": about("ada", days=range(12, 32))}
    stated["issues"] = issues({"opened_at": "2026-10-20"}, {"opened_at": "2026-10-20"}, {})

    assert "the deputy did none of it" in role(model_of, observed(**stated)).why


@pytest.mark.parametrize("who", ["rae", "helper[bot]", "ghost"])
def test_outsiders_bots_and_ghosts_do_no_answering_for_a_role(model_of: Load, who: str) -> None:
    row = role(model_of, observed(**answers(who, who)))

    assert told(row)[::2] == ("cannot tell", "none of its work came up")


def test_release_by_another_counts_against_who_is_named(model_of: Load) -> None:
    published = releases(
        *({"author": "cleo", "published_at": f"2026-10-0{n}"} for n in range(1, 7))
    )
    seen = observed(releases=published, events=about("ada"))

    row = role(model_of, seen, RELEASER % "")

    assert told(row)[:2] == (
        "drifts",
        "who is named for it did 0 of 6 (0 %, 0–39 %, n 6): the owner 0",
    )


def test_act_after_as_of_did_not_happen(model_of: Load) -> None:
    published = releases({"published_at": "2026-10-20"})
    seen = observed(as_of=at("2026-10-10"), releases=published, events=about("ada"))

    assert role(model_of, seen, RELEASER % "").why == "none of its work came up"


def test_role_that_the_model_uses_nowhere_cannot_be_told(model_of: Load) -> None:
    row = role(model_of, observed(), "roles: {poet: {owner: ada}}\n")

    assert row.why.startswith("nothing in the model says what its work is")


def test_work_that_no_source_gives_cannot_be_told(model_of: Load) -> None:
    row = role(model_of, observed(without=["releases"]), RELEASER % ", deputy: ben")

    assert told(row)[::2] == ("cannot tell", "no source gives releases")


def test_kind_that_no_source_gives_is_said_beside_the_others(model_of: Load) -> None:
    text = LEAD + "rhythm: {triage: {every: week, by: lead}}\n"
    row = role(
        model_of, observed(**answers("ada", "ada", "ada", "ada", "ada"), without=["events"]), text
    )

    assert row.happened.startswith("who is named for it did 5 of 5")
    assert row.why == "100 % is 50 % or more; no source gives events"


def test_triage_and_answer_of_one_issue_are_one_act(model_of: Load) -> None:
    text = LEAD + "rhythm: {triage: {every: week, by: lead}}\n"

    row = role(model_of, observed(**answers("ada", "ben")), text)

    assert row.happened.startswith("who is named for it did 2 of 2")


def test_by_role_no_number_is_one_persons(model_of: Load) -> None:
    row = role(model_of, observed(**answers("ada", "ben"), tells_persons=False))

    assert row.says == "lead: first answers"
    assert row.happened == "who is named for it did 2 of 2 (100 %, 34–100 %, n 2)"


def test_kinds_of_work_come_from_where_the_model_names_the_role(model_of: Load) -> None:
    text = """\
roles: {a: {owner: ada}, b: {owner: ben}, c: {owner: cleo}}
rhythm:
  triage: {every: day, by: a}
  release:
    {every: week, on: tuesday, starting: 2026-09-01, by: b, hotfix: {when: broken, by: c}}
severities: {high: {means: down, calls: c}}
promises:
  - {id: r, says: x, owner: a, metric: time_to_first_review, at_most: 1 day}
  - {id: u, says: x, owner: b, unchecked: nobody looks}
"""
    entry = model_of(text).entry

    assert [kinds_of_work(name, entry) for name in "abc"] == [
        ("triage", "review"),
        ("release",),
        ("release", "incident"),
    ]


def test_incidents_count_who_acted_on_them(model_of: Load) -> None:
    text = "roles: {oncall: {owner: ada}}\nseverities: {high: {means: down, calls: oncall}}\n"
    acts = incident_events(*({"incident_id": str(n)} for n in range(1, 6)))
    seen = observed(incidents=incidents(*[{}] * 5), incident_events=acts, events=about("ada"))

    assert role(model_of, seen, text).happened.startswith("who is named for it did 5 of 5")


def area(load: Load, seen: Observed, text: str = AREA) -> Held:
    (row,) = area_rows(load(text), seen)
    return row


def in_preview(*people: str) -> dict[str, pl.DataFrame]:
    stated = answers(*people)
    labelled = pl.Series("labels", [["area/preview"]] * len(people))
    return stated | {"issues": stated["issues"].with_columns(labels=labelled)}


def test_area_is_answered_and_reviewed_by_who_is_named_for_it(model_of: Load) -> None:
    pulls = pull_requests({"number": 50, "labels": ["area/preview"]}, {"number": 51})
    given = reviews({"number": 50, "author": "ben"}, {"number": 51, "author": "dev"})
    seen = observed(**in_preview("ada", "ada", "ada", "cleo"), pull_requests=pulls, reviews=given)

    row = area(model_of, seen)

    assert (row.path, row.kind) == ("areas.preview", "area")
    assert told(row)[:2] == (
        "holds",
        "who is named for it did 4 of 5 (80 %, 38–96 %, n 5): the owner 3, the deputy 1",
    )


def test_area_that_others_look_after_drifts_with_their_cases(model_of: Load) -> None:
    row = area(model_of, observed(**in_preview(*["cleo"] * 6)))

    assert told(row)[::2] == ("drifts", "the owner did none of 6")
    assert len(links(row)) == 3


def test_answers_outside_the_area_say_nothing_of_it(model_of: Load) -> None:
    row = area(model_of, observed(**answers("cleo", "cleo", "cleo", "cleo", "cleo")))

    assert told(row)[::2] == ("cannot tell", "nothing was answered or reviewed in it")


def test_label_taken_off_after_as_of_still_counts(model_of: Load) -> None:
    stated = answers("ada", "ada", "ada", "ada", "ada")
    taken = {"event": "unlabeled", "label": "area/preview", "created_at": "2026-11-09"}
    off = events(*(taken | {"number": n} for n in range(1, 6)))
    stated["events"] = pl.concat([stated["events"], off.with_columns(event_id=pl.lit("later"))])

    assert area(model_of, observed(**stated)).verdict == "holds"


def test_area_with_few_acts_or_without_a_label_cannot_be_told(model_of: Load) -> None:
    few = area(model_of, observed(**in_preview("ada", "ada")))
    bare = area(model_of, observed(), "areas: {docs: {owner: ada, path: docs/}}\n")

    assert told(few)[::2] == ("cannot tell", "fewer than 5 are too few to tell")
    assert bare.why == "the area has no label, so nothing says which issues are its own"


def test_without_a_team_nothing_is_anybodys_work(model_of: Load) -> None:
    nobody = people({"person_id": "ada", "is_team": None})

    row = role(model_of, observed(**answers("ada"), people=nobody))

    assert row.why == "nothing says who is in the team: list it in people.yaml"
