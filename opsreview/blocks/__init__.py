"""HTML fragments around the figures: headlines, tables, sentences. Everything is escaped.

Each takes the Review and returns a Block, or None where there is nothing to say, so a notebook
shows nothing. What could not be measured is said once a page, by ``not_told``.
"""

from opsreview.blocks.block import Block
from opsreview.blocks.front import banner, drift, fill_in, next_up, opening, proposals, waiting_now
from opsreview.blocks.headlines import headlines
from opsreview.blocks.model import operating_model_map
from opsreview.blocks.quality import data_quality
from opsreview.blocks.sections import (
    finding,
    findings_list,
    metric_table,
    not_told,
    question,
    waiting_list,
)

__all__ = [
    "Block",
    "banner",
    "data_quality",
    "drift",
    "fill_in",
    "finding",
    "findings_list",
    "headlines",
    "metric_table",
    "next_up",
    "not_told",
    "opening",
    "operating_model_map",
    "proposals",
    "question",
    "waiting_list",
    "waiting_now",
]
