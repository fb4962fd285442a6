"""What waits, and whose it is by the operating model."""

import re

from dump_factory import small_team

AREAS = {
    "preview": {"owner": "lead", "label": "area/preview"},
    "author": {"owner": "ben", "label": "area/author"},
    "chat": {"owner": "duty", "label": "area/chat"},
}
MODEL = {
    "roles": {"lead": {"owner": "ada", "deputy": "ben", "does": "triage"}},
    "areas": AREAS,
    "rhythm": {"duty": {"every": "week", "order": ["ada", "ben"]}},
}
LABELS = ("area/preview", "area/author", "area/chat", "area/unheard-of")


def owners(root, *, names="shown", model=MODEL):
    """The owner of each waiting issue, by its number."""
    team = small_team(
        root,
        people={"ada": {"accounts": ["ada"]}, "ben": {"accounts": ["ben"]}},
        model=model,
        review={"privacy": {"names": names}},
        issues=[{"opened_at": "2026-10-05 08:00", "labels": [label]} for label in LABELS],
    )
    return dict(team.build().waiting.select("number", "owner").sort("number").rows())


def test_area_is_owned_by_a_role_with_its_holder_a_person_or_the_rota(tmp_path):
    assert owners(tmp_path) == {1: "lead (ada)", 2: "ben", 3: "duty", 4: None}


def test_owners_are_called_as_pages_call_them(tmp_path):
    by_role = owners(tmp_path / "roles", names="roles")
    assert by_role == {1: "lead (a contributor)", 2: "a contributor", 3: "duty", 4: None}
    hidden = owners(tmp_path / "pseudonyms", names="pseudonyms")
    assert re.fullmatch(r"lead \(person-\w+\)", hidden[1])
    assert re.fullmatch(r"person-\w+", hidden[2])


def test_without_a_model_nobody_is_known_to_own_anything(tmp_path):
    assert owners(tmp_path, model=None) == dict.fromkeys(range(1, 5))
