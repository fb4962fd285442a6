"""HTML fragments around the figures: headlines, tables, sentences. Everything is escaped.

Each takes the Review and returns a Block, or None where there is nothing to say, so a notebook
shows nothing. What could not be measured is said once a page, by ``not_told``.
"""

from opsreview.blocks.block import Block
from opsreview.blocks.checks import broken_references, decision_map
from opsreview.blocks.decisions import decision_history, overdue_actions, verdicts
from opsreview.blocks.drift import drift, handoff_cases, handoffs, held_by_kind
from opsreview.blocks.failures import confirm_failures
from opsreview.blocks.front import banner, fill_in, next_up, opening, waiting_now
from opsreview.blocks.headlines import headlines
from opsreview.blocks.load import cover_ledger, evidence, incident_clusters, load_note
from opsreview.blocks.meeting import agenda, sign_off
from opsreview.blocks.methods import method_note
from opsreview.blocks.model import model_at_a_glance, not_declared, operating_model_map
from opsreview.blocks.proposals import proposals
from opsreview.blocks.quality import data_quality
from opsreview.blocks.releases import kinds_told, readiness, trains_compared
from opsreview.blocks.rules import model_rules
from opsreview.blocks.sections import (
    counting_only,
    finding,
    findings_list,
    metric_table,
    not_told,
    question,
    stepped,
    waiting_list,
)
from opsreview.blocks.strata import strata_table
from opsreview.blocks.waiting import waiting_board

__all__ = [
    "Block",
    "agenda",
    "banner",
    "broken_references",
    "confirm_failures",
    "counting_only",
    "cover_ledger",
    "data_quality",
    "decision_history",
    "decision_map",
    "drift",
    "evidence",
    "fill_in",
    "finding",
    "findings_list",
    "handoff_cases",
    "handoffs",
    "headlines",
    "held_by_kind",
    "incident_clusters",
    "kinds_told",
    "load_note",
    "method_note",
    "metric_table",
    "model_at_a_glance",
    "model_rules",
    "next_up",
    "not_declared",
    "not_told",
    "opening",
    "operating_model_map",
    "overdue_actions",
    "proposals",
    "question",
    "readiness",
    "sign_off",
    "stepped",
    "strata_table",
    "trains_compared",
    "verdicts",
    "waiting_board",
    "waiting_list",
    "waiting_now",
]
