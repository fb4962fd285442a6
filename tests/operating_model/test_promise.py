"""A promise goes through JSON unchanged and reads as a target."""

from __future__ import annotations

import json
import subprocess
import sys

from opsreview.operating_model import Promise


def test_promise_goes_through_json_unchanged() -> None:
    promise = Promise(
        "p1", "x", "ada", "response_attainment", "share_answered", "share", 24.0, 0.8, None, "all"
    )

    said = json.loads(json.dumps(promise.to_json() | {"held_by": {}, "target": "x"}))

    assert Promise.from_json(said) == promise


def test_path_names_the_promise_in_the_document() -> None:
    assert Promise("p1", "x", "ada").path == "promises.p1"


def test_targets_in_words() -> None:
    share = Promise("a", "x", "ada", "busiest_share", "share", "share", at_most=0.5)
    rate = Promise("b", "x", "ada", "release_frequency", "rate_per_week", "per_week", at_least=0.5)

    assert share.in_words == "at most 50 %"
    assert rate.in_words == "at least 0.5 a week"
    assert (rate.is_floor, share.is_floor) == (True, False)


def test_promise_without_a_check_has_no_target() -> None:
    assert Promise("a", "x", "ada", unchecked="no source").target is None


def test_notebook_kernel_reads_promises_without_pydantic_or_yaml() -> None:
    code = (
        "import sys; from opsreview.operating_model.promise import Promise; "
        "print([name for name in ('pydantic', 'ruamel.yaml', 'scipy') if name in sys.modules])"
    )
    printed = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True
    )

    assert printed.stdout.strip() == "[]"
