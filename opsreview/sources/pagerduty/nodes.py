"""What is kept of PagerDuty's objects. The rest stays there: titles, payloads, phone numbers."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

INCIDENTS, LOG_ENTRIES, ON_CALL, OVERRIDES = "incidents", "log_entries", "on_call", "overrides"
GONE = "is_gone"  # ours: PagerDuty no longer knows the incident
Body = Mapping[str, Any]
_OF_INCIDENT = (
    "id",
    "incident_number",
    "status",
    "urgency",
    "created_at",
    "resolved_at",
    "last_status_change_at",
    "html_url",
    GONE,
)
_OF_LOG_ENTRY = ("id", "type", "created_at")
_OF_OVERRIDE = ("id", "start", "end", "start_time", "end_time", "rotation_id", "custom_shift_id")


def kept_of_incident(body: Body) -> dict[str, Any]:
    """An incident's course, and what it refers to."""
    return _kept(body, _OF_INCIDENT, ("service", "priority", "escalation_policy"))


def kept_of_log_entry(body: Body) -> dict[str, Any]:
    """What was done, when, by or to whom; of which incident."""
    return _kept(body, _OF_LOG_ENTRY, ("incident", "agent", "user"))


def kept_of_override(body: Any) -> dict[str, Any]:
    """Who took over, from when to when; of a schedule of shifts also from whom."""
    if not isinstance(body, dict):
        return {"value": body}
    members = {
        name: body[name] for name in ("overridden_member", "overriding_member") if name in body
    }
    return _kept(body, _OF_OVERRIDE, ("user",)) | members


def reference(body: Any) -> Any:
    """A reference's id, kind and label; anything else as it is, to be rejected with the reason."""
    if not isinstance(body, dict):
        return body
    return {name: body[name] for name in ("id", "type", "summary") if name in body}


def _kept(body: Body, names: Sequence[str], references: Sequence[str]) -> dict[str, Any]:
    kept = {name: body[name] for name in names if name in body}
    return kept | {name: reference(body[name]) for name in references if name in body}
