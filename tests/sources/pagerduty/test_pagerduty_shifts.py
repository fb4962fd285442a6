from pagerduty_stand_in import AROUND, Fault, at, person, written


def test_shift_is_what_the_final_schedule_says_overrides_included(account, rows, store, source):
    given = account.schedule(
        "PABC",
        "Triage",
        ("2026-11-01 00:00", "2026-11-01 08:00", "ada"),
        ("2026-11-01 08:00", "2026-11-02 00:00", "ben"),
    )
    override = {"start": written("2026-11-01 08:00"), "end": written("2026-11-02 00:00")}
    given["overrides"] = [{"id": "QO", "user": person("ben"), **override}]
    assert rows("shifts") == [
        {
            "source": "pagerduty",
            "rotation": "Triage",
            "role": "primary",
            "person": who,
            "start_at": at(start),
            "end_at": at(end),
            "changed_at": None,
        }
        for who, start, end in (
            ("ada", "2026-11-01 00:00", "2026-11-01 08:00"),
            ("ben", "2026-11-01 08:00", "2026-11-02 00:00"),
        )
    ]
    held = [
        each for node in store.nodes(source().key, "overrides") for each in node.body["overrides"]
    ]
    ben = {"id": "UBEN", "type": "user_reference", "summary": "ben"}
    assert held == [{"id": "QO", "user": ben, **override}]


def test_shift_that_asking_in_parts_cut_is_one(account, rows):
    account.schedule("PABC", "Triage", ("2026-01-01 00:00", "2026-09-01 00:00", "ada"))
    (shift,) = rows("shifts", since="2026-01-01")
    assert shift["start_at"] == at("2026-01-01 00:00")
    assert shift["end_at"] == at("2026-09-01 00:00")


def test_two_shifts_of_one_person_one_after_the_other_stay_two(account, rows):
    first, second = (
        ("2026-11-01 00:00", "2026-11-02 00:00"),
        ("2026-11-02 00:00", "2026-11-03 00:00"),
    )
    account.schedule("PABC", "Triage", (*first, "ada"), (*second, "ada"))
    assert len(rows("shifts")) == 2


def test_shift_that_lasts_ends_for_now_where_pagerduty_was_asked(account, store, source):
    account.schedule("PABC", "Triage", ("2026-11-09 00:00", "2026-11-16 00:00", "ada"))
    reads = []
    for now in ("2026-11-10 12:00", "2026-11-20 12:00"):
        account.now = now
        source().fetch(store)
        (end_at,) = source().rows(store).tables["shifts"]["end_at"]
        reads.append(end_at)
    assert reads == [at("2026-11-10 12:00"), at("2026-11-16 00:00")]


def test_only_the_schedules_that_are_named_are_read(account, rows):
    account.schedule("PABC", "Triage", (*AROUND, "ada"))
    account.schedule("PDEF", "Backup", (*AROUND, "ben"))
    assert [row["person"] for row in rows("shifts", schedules=["PDEF"])] == ["ben"]


def test_schedule_of_shifts_is_read_like_one_of_layers(account, rows):
    account.user("ada")
    account.shift_schedule("PV3", "Triage", (*AROUND, "ada"), (*AROUND, "gone"), (*AROUND, None))
    found = [(row["person"], row["start_at"], row["end_at"]) for row in rows("shifts")]
    assert found == [(who, *map(at, AROUND)) for who in ("UGONE", "ada")]


def test_schedule_in_both_lists_is_read_as_one_of_shifts(account, rows):
    account.user("ada")
    account.schedule("PABC", "Triage", (*AROUND, "ben"))
    account.shift_schedule("PABC", "Triage", (*AROUND, "ada"))
    assert [row["person"] for row in rows("shifts")] == ["ada"]


def test_long_shift_of_a_schedule_of_shifts_is_one_and_ends_where_we_asked(account, rows):
    account.user("ada")
    account.shift_schedule("PV3", "Triage", ("2026-01-01 00:00", "2027-01-01 00:00", "ada"))
    (shift,) = rows("shifts", since="2026-02-01")
    assert shift["start_at"] == at("2026-01-31 23:00")
    assert shift["end_at"] == at("2026-11-10 12:00")


def test_shifts_of_one_person_at_once_are_one(account, rows):
    account.user("ada")
    both = (
        ("2026-11-01 00:00", "2026-11-03 00:00", "ada"),
        ("2026-11-02 00:00", "2026-11-04 00:00", "ada"),
    )
    account.shift_schedule("PV3", "Triage", *both)
    (shift,) = rows("shifts")
    assert (shift["start_at"], shift["end_at"]) == (at("2026-11-01 00:00"), at("2026-11-04 00:00"))


def test_account_without_schedules_of_shifts_is_read_all_the_same(account, rows):
    account.schedule("PABC", "Triage", (*AROUND, "ada"))
    account.lasting["/v3/schedules"] = Fault(403, '{"error": {"message": "Access Denied"}}')
    assert [row["person"] for row in rows("shifts")] == ["ada"]


def test_schedule_deleted_since_keeps_its_shifts_and_a_renamed_one_its_rotation(
    account, store, source
):
    account.schedule("PABC", "Triage", (*AROUND, "ada"))
    account.schedule("PDEF", "Backup", ("2026-01-01 00:00", "2026-01-02 00:00", "ben"))
    source().fetch(store)
    del account.schedules["PABC"]
    account.schedules["PDEF"]["name"] = "Second line"
    source().fetch(store)
    shifts = source().rows(store).tables["shifts"]
    assert shifts.select("rotation", "person").rows() == [("Second line", "ben"), ("Triage", "ada")]
