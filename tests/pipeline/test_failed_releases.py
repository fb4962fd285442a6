"""What review.yaml says of failed releases, from the file to the cycle's numbers."""

from dump_factory import small_team, value_of

from opsreview import blocks
from opsreview.filtering.known import Known

RULES = {
    "labels": {"regression": ["kind/regression"]},
    "releases": {
        "failed": {"v1.0.0": True},
        "regression_within_days": 5,
        "hotfix_within_days": 10,
    },
}
TAGS = {"v1.0.0": "09-01", "v1.2.0": "09-20", "v1.3.0": "10-01", "v1.3.1": "10-09"}


def test_review_yaml_says_which_releases_failed_and_for_how_long_they_are_looked_at(tmp_path):
    opened = ("2026-09-24", "2026-10-20")  # four days after v1.2.0, eleven after v1.3.1
    review = small_team(
        tmp_path,
        issues=[
            {"opened_at": "2026-08-01"},  # issues are known since then
            *[{"opened_at": day, "labels": ["kind/regression"]} for day in opened],
        ],
        releases=[{"tag": tag, "published_at": f"2026-{day} 12:00"} for tag, day in TAGS.items()],
        review=RULES,
    ).build()

    rows = review.measured("change_fail_rate")
    assert rows.select("tag", "is_declared", "is_suspected").rows() == [
        ("v1.0.0", True, False),
        ("v1.2.0", True, False),
        ("v1.3.0", False, True),
        ("v1.3.1", False, False),
    ]
    assert value_of(review, "change_fail_rate", "share") == 0.5
    assert value_of(review, "change_fail_rate", "share", "kind:suspected") == 0.25
    assert value_of(review, "deployment_rework_rate", "share") == 0.25
    assert "v1.3.0: true" in blocks.confirm_failures(review).html

    groups = Known.of_folder(review.folder).subject.groups
    assert (groups.regression, groups.regression_within_days) == (["kind/regression"], 5)
    assert groups.hotfix_within_days == 10
