"""What a team says should happen, checked against what did, and refined by each cycle.

    quantities  ``3 days``, ``80 %``, ``2 weeks``: what a person writes
    shape       what operating_model.yaml may say: level 1 and the whole
    shape_rules, shape_claims   level 2 (decisions, rules, pages) and 3 (commitments, surfaces)
    names       who the names stand for: a person, a role's holders, the rota, an area's owner
    references  what else the document refers to, and whether it is there
    document    load_model: the document read and resolved (OperatingModel)
    resolved    the same as operating_model.json holds it
    remark      Remark: what a check has to say
    promise     Promise: light enough for a notebook's kernel
    conformance held_against, observed_rows: each line holds, drifts, or cannot be told
    proposals   proposals: what could change, by rules that are data
    decisions   load_decisions, in_force: the ledger, and the model of a past day

Only ``promise`` is imported here: the rest reads YAML, which a notebook never does.
"""

from opsreview.operating_model.promise import Promise

__all__ = ["Promise"]
