"""What an answer of GitHub's is taken for: data, or which fault."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import Any

import httpx2
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from opsreview.sources.github.answers import (
    graphql_data,
    is_gone,
    rest_list,
    wait_seconds,
)
from opsreview.sources.github.faults import (
    Defective,
    Fault,
    Limited,
    Refused,
    TooLarge,
    Transient,
    Unauthorized,
)
from opsreview.sources.headers import answered_at

DATE = "Fri, 20 Nov 2026 12:00:00 GMT"
NOW = datetime(2026, 11, 20, 12, tzinfo=UTC)
IN_A_MINUTE = str(int(NOW.timestamp()) + 60)
JSON = "application/json; charset=utf-8"
PRIMARY = {"message": "API rate limit exceeded for user ID 1."}
SECONDARY = {"message": "You have exceeded a secondary rate limit. Please wait a few minutes."}
WRONG = "Something went wrong while executing your query."
USED_UP = {"x-ratelimit-remaining": "0", "x-ratelimit-reset": IN_A_MINUTE}
LEFT = {"x-ratelimit-remaining": "4000", "x-ratelimit-reset": IN_A_MINUTE}

Read = Callable[[httpx2.Response], Any]
BOTH = pytest.mark.parametrize("read", [graphql_data, rest_list, is_gone])


def response(
    status: int = 200, body: object = None, headers: Mapping[str, str] | None = None
) -> httpx2.Response:
    """An answer of JSON at noon; text and bytes are sent as they are."""
    content = body if isinstance(body, str | bytes) else json.dumps(body)
    named = {"content-type": JSON, "date": DATE} | dict(headers or {})
    return httpx2.Response(status, content=content, headers=named)


def errors(*errors: Mapping[str, Any], data: object = None, status: int = 200) -> httpx2.Response:
    return response(status, {"data": data, "errors": list(errors)})


def fault(read: Read, answer: httpx2.Response) -> Fault:
    with pytest.raises(Fault) as raised:
        read(answer)
    return raised.value


def limit(read: Read, answer: httpx2.Response) -> float | None:
    found = fault(read, answer)
    assert isinstance(found, Limited), found
    return found.seconds


# Answers that are whole


def test_data_without_errors_is_given() -> None:
    data = {"repository": {"issues": {"nodes": [{"number": 1}], "totalCount": 1}}}
    assert graphql_data(response(body={"data": data})) == data


def test_an_author_who_is_null_is_a_deleted_account_and_no_hole() -> None:
    data = {"repository": {"issues": {"nodes": [{"number": 1, "author": None}]}}}
    assert graphql_data(response(body={"data": data})) == data


def test_a_list_is_given_though_it_is_empty() -> None:
    assert rest_list(response(body=[])) == []


# Rate limits


@pytest.mark.parametrize("status", [403, 429])
@BOTH
def test_a_used_up_budget_is_waited_for_to_its_reset_and_a_second(read: Read, status: int) -> None:
    assert limit(read, response(status, PRIMARY, USED_UP)) == 61


def test_a_used_up_budget_of_points_comes_with_status_200() -> None:
    told = {"type": "RATE_LIMITED", "message": PRIMARY["message"]}
    assert limit(graphql_data, response(200, {"errors": [told]}, USED_UP)) == 61


@pytest.mark.parametrize("status", [403, 429])
@BOTH
def test_a_secondary_limit_is_waited_for_as_long_as_github_says(read: Read, status: int) -> None:
    assert limit(read, response(status, SECONDARY, LEFT | {"retry-after": "30"})) == 30


@BOTH
def test_a_secondary_limit_may_be_told_by_its_message_alone(read: Read) -> None:
    assert limit(read, response(403, SECONDARY, LEFT)) is None


def test_an_old_server_calls_its_secondary_limit_abuse_detection() -> None:
    said = {"message": "You have triggered an abuse detection mechanism."}
    assert limit(rest_list, response(403, said)) is None


def test_a_429_is_a_limit_whatever_it_says() -> None:
    assert limit(rest_list, response(429, "slow down")) is None


@pytest.mark.parametrize("status", [200, 403])
def test_a_secondary_limit_of_graphql_comes_with_status_200_or_403(status: int) -> None:
    body = {"errors": [SECONDARY]} if status == 200 else SECONDARY
    assert limit(graphql_data, response(status, body, {"retry-after": "7"})) == 7


def test_a_server_that_is_not_available_may_say_for_how_long() -> None:
    answer = response(503, "<html>", {"retry-after": "20", "content-type": "text/html"})
    assert limit(rest_list, answer) == 20


def test_retry_after_may_be_a_date() -> None:
    said = {"retry-after": "Fri, 20 Nov 2026 12:00:45 GMT"}
    assert wait_seconds(response(429, SECONDARY, said)) == 45


@pytest.mark.parametrize("said", ["0", "-3", "Fri, 20 Nov 2026 11:00:00 GMT"])
def test_a_wait_that_is_over_is_a_second(said: str) -> None:
    assert wait_seconds(response(429, SECONDARY, {"retry-after": said})) == 1


def test_a_reset_that_is_past_is_a_second() -> None:
    past = str(int(NOW.timestamp()) - 3600)
    assert wait_seconds(response(403, PRIMARY, USED_UP | {"x-ratelimit-reset": past})) == 1


@pytest.mark.parametrize("said", ["soon", "nan", "", "inf"])
def test_a_wait_that_cannot_be_read_is_not_told(said: str) -> None:
    assert wait_seconds(response(429, SECONDARY, {"retry-after": said})) is None


def test_waits_are_measured_by_githubs_clock_not_ours() -> None:
    long_ago = "Thu, 01 Jan 2015 00:00:00 GMT"
    said = {"date": long_ago, "retry-after": "Thu, 01 Jan 2015 00:00:09 GMT"}
    assert wait_seconds(response(429, SECONDARY, said)) == 9


def test_githubs_clock_is_the_date_of_its_answer() -> None:
    assert answered_at(response()) == NOW


def test_a_clock_that_cannot_be_read_is_ours() -> None:
    before = datetime.now(UTC).replace(microsecond=0)  # headers tell whole seconds
    assert answered_at(response(headers={"date": "yesterday"})) >= before


# Refusals


@BOTH
def test_a_403_that_is_no_limit_is_refused_and_names_the_permission(read: Read) -> None:
    body = {"message": "Resource not accessible by integration"}
    needed = LEFT | {"x-accepted-github-permissions": "issues=read"}
    found = fault(read, response(403, body, needed))
    assert isinstance(found, Refused)
    assert "not accessible by integration; the token lacks the permission issues=read" in str(found)


@BOTH
def test_single_sign_on_is_refused_with_the_address_to_go_to(read: Read) -> None:
    url = "https://github.com/orgs/team/sso?authorization_request=x"
    found = fault(read, response(403, {}, {"x-github-sso": f"required; url={url}"}))
    assert isinstance(found, Refused)
    assert str(found).endswith(url)


@BOTH
def test_a_401_says_that_the_token_is_not_accepted(read: Read) -> None:
    found = fault(read, response(401, {"message": "Bad credentials"}))
    assert isinstance(found, Unauthorized)
    assert "GITHUB_TOKEN" in str(found)


@pytest.mark.parametrize("read", [graphql_data, rest_list])
@pytest.mark.parametrize(
    ("status", "told"),
    [(404, "may not see it"), (410, "does not offer this"), (451, "legal reasons")],
)
def test_what_is_not_there_is_refused_and_not_taken_for_empty(
    status: int, told: str, read: Read
) -> None:
    found = fault(read, response(status, {"message": "Not Found"}))
    assert isinstance(found, Refused)
    assert told in str(found)


def test_a_redirect_of_a_query_is_refused() -> None:
    found = fault(graphql_data, response(301, {}, {"location": "https://elsewhere.example"}))
    assert isinstance(found, Refused)


@pytest.mark.parametrize("read", [graphql_data, rest_list])
def test_a_request_that_is_wrong_is_ours_to_mend(read: Read) -> None:
    found = fault(read, response(422, {"message": "Pagination with the page parameter"}))
    assert isinstance(found, Defective)
    assert "422: Pagination with" in str(found)


def test_a_repository_that_is_null_is_refused_though_no_error_says_why() -> None:
    assert isinstance(fault(graphql_data, response(body={"data": {"repository": None}})), Refused)


# Errors of a query, alone and together

HERE = {"path": ["repository"]}
KINDS: dict[str, tuple[dict[str, Any], type[Fault]]] = {
    "no repository": ({"type": "NOT_FOUND", **HERE}, Refused),
    "forbidden": ({"type": "FORBIDDEN", **HERE}, Refused),
    "scopes": ({"type": "INSUFFICIENT_SCOPES", **HERE}, Refused),
    "single sign-on": ({"extensions": {"code": "SAML_FAILURE"}}, Refused),
    "limited": ({"type": "RATE_LIMITED"}, Limited),
    "limited by its code": ({"extensions": {"code": "RATE_LIMIT"}}, Limited),
    "secondary": (SECONDARY, Limited),
    "too much work": ({"type": "RESOURCE_LIMITS_EXCEEDED"}, TooLarge),
    "wrong": ({"message": WRONG}, Transient),
    "unknown": ({"type": "SOMETHING_NEW"}, Transient),
    "a node is gone": ({"type": "NOT_FOUND", "path": ["nodes", 1]}, Transient),
    "too many nodes": ({"type": "MAX_NODE_LIMIT_EXCEEDED"}, Defective),
    "no first": ({"type": "MISSING_PAGINATION_BOUNDARIES"}, Defective),
    "no such field": ({"extensions": {"code": "undefinedField"}}, Defective),
    "not a query": ({"message": "Parse error on '{'"}, Defective),
}


@pytest.mark.parametrize("case", KINDS)
def test_every_error_of_a_query_says_what_is_to_be_done(case: str) -> None:
    error, kind = KINDS[case]
    assert type(fault(graphql_data, errors({"message": "it is so", **error}))) is kind


MORE_FATAL = [
    ("forbidden", "wrong"),
    ("no repository", "too much work"),
    ("no such field", "limited"),
    ("limited", "too much work"),
    ("too much work", "wrong"),
    ("scopes", "too many nodes"),
]


@pytest.mark.parametrize(("more", "less"), MORE_FATAL)
def test_of_several_errors_the_most_fatal_is_told(more: str, less: str) -> None:
    told = [{"message": "it is so", **KINDS[case][0]} for case in (less, more, less)]
    assert type(fault(graphql_data, errors(*told))) is KINDS[more][1]


def test_what_is_forbidden_is_said_in_githubs_words() -> None:
    found = fault(graphql_data, errors({"type": "FORBIDDEN", "message": "No access for you"}))
    assert "No access for you (FORBIDDEN)" in str(found)


def test_data_beside_an_error_is_not_believed() -> None:
    data = {"repository": {"issues": {"nodes": [{"number": 1}]}}}
    assert type(fault(graphql_data, errors({"message": WRONG}, data=data))) is Transient


# Too large


@pytest.mark.parametrize("status", [502, 504])
def test_a_query_that_github_gives_up_on_is_too_large(status: int) -> None:
    answer = errors({"message": WRONG}, status=status)
    assert type(fault(graphql_data, answer)) is TooLarge
    assert type(fault(rest_list, answer)) is Transient


@pytest.mark.parametrize(
    "nodes",
    [
        [None],
        [{"number": 1}, None],
        [{"comments": {"nodes": [{"id": 1}, None]}}],
        [{"labels": {"nodes": [None]}}],
    ],
)
def test_a_hole_in_a_list_is_never_data_however_deep(nodes: list[Any]) -> None:
    answer = response(body={"data": {"repository": {"issues": {"nodes": nodes}}}})
    assert type(fault(graphql_data, answer)) is TooLarge


def test_nodes_asked_for_by_id_may_be_gone() -> None:
    gone = {"type": "NOT_FOUND", "path": ["nodes", 0], "message": "Could not resolve"}
    data = {"nodes": [None, {"number": 2}]}
    assert graphql_data(errors(gone, data=data), may_miss=True) == data


def test_a_hole_inside_a_node_asked_for_by_id_is_one() -> None:
    answer = response(body={"data": {"nodes": [None, {"labels": {"nodes": [None]}}]}})
    with pytest.raises(TooLarge):
        graphql_data(answer, may_miss=True)


# Failures that pass


@pytest.mark.parametrize("status", [500, 503])
@BOTH
def test_a_server_that_failed_may_do_better_next_time(read: Read, status: int) -> None:
    page = response(status, "<html>Unicorn!</html>", {"content-type": "text/html"})
    assert type(fault(read, page)) is Transient


def test_a_query_that_went_wrong_with_status_200_is_tried_again() -> None:
    assert type(fault(graphql_data, errors({"message": WRONG}))) is Transient


@BOTH
def test_a_page_of_html_is_not_data(read: Read) -> None:
    found = fault(read, response(200, "<html>Sign in</html>", {"content-type": "text/html"}))
    assert type(found) is Transient
    assert "proxy" in str(found)


@BOTH
def test_json_that_is_cut_short_is_not_data(read: Read) -> None:
    assert type(fault(read, response(200, '[{"number": 1, "title": "cut'))) is Transient


@pytest.mark.parametrize("body", [[], None, "text", 3, {}, {"data": []}, {"data": None}])
def test_an_answer_of_another_shape_is_not_the_data_of_a_query(body: object) -> None:
    assert type(fault(graphql_data, response(body=body))) is Transient


@pytest.mark.parametrize("body", [{}, None, "text", 3])
def test_an_answer_of_another_shape_is_not_a_list(body: object) -> None:
    assert type(fault(rest_list, response(body=body))) is Transient


# What is asked for by its number


@pytest.mark.parametrize("status", [404, 410])
def test_an_item_that_github_does_not_give_is_gone(status: int) -> None:
    assert is_gone(response(status, {"message": "This issue was deleted"}))


def test_an_item_that_github_gives_is_there() -> None:
    assert not is_gone(response(body={"number": 1}))


def test_a_legal_block_does_not_say_that_an_item_is_gone() -> None:
    assert isinstance(fault(is_gone, response(451, {})), Refused)


def test_an_answer_without_an_item_says_neither_that_it_is_there_nor_gone() -> None:
    assert type(fault(is_gone, response(body=[]))) is Transient


# Whatever comes

values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=8) | st.just("NOT_FOUND"),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.sampled_from(["code", "nodes", "repository"]), inner, max_size=3)
    ),
    max_leaves=8,
)
told_errors = st.fixed_dictionaries(
    {}, optional=dict.fromkeys(("type", "extensions", "path", "message"), values)
)
bodies = st.fixed_dictionaries(
    {},
    optional={"data": values, "errors": values | st.lists(told_errors), "message": values},
)


@settings(deadline=None, max_examples=200)
@given(
    body=bodies | values | st.binary(max_size=20), status=st.sampled_from([200, 403, 404, 429, 500])
)
@BOTH
def test_whatever_comes_is_an_answer_or_a_fault(read: Read, body: Any, status: int) -> None:
    try:
        told = read(response(status, body))
    except Fault:
        return
    assert isinstance(told, dict | list | bool)
