"""What a team says should happen, checked against what did, and refined by each cycle.

    quantities  ``3 days``, ``80 %``, ``2 weeks``: what a person writes
    shape       what operating_model.yaml may say: level 1 and the whole
    shape_rules, shape_claims   level 2 (decisions, rules, pages) and 3 (commitments, surfaces)
    names       who the names stand for: a person, a role's holders, the rota, an area's owner
    codeowners  CODEOWNERS as GitHub reads it, and areas that take their owner from it
    references  what else the document refers to, and whether it is there
    document    load_model: the document read and resolved (OperatingModel)
    undeclared  what the document could say next
    resolved, resolved_rules    the same as operating_model.json holds it
    schema      model_schema: its JSON Schema, for editors
    remark      Remark: what a check has to say
    consistency the document alone: what is false, cannot be kept, or is for a person to decide
    decision_map    who decides what, how often, and what is unclear
    surfaces/   surfaces: what the model says the repository has, held against a checkout
    promise     Promise: light enough for a notebook's kernel
    conformance held_against, observed_rows: each line holds, drifts, or cannot be told
    proposals   proposals: what could change, by rules that are data
    verdicts    whether decisions worked; expected: what they expect, and how a change is told
    decisions   load_decisions, in_force: the ledger, and the model of a past day
    ledger      further records as text, a status in place; sign-offs and what is overdue
    edit        edited: the document with one value changed in place (by splices, in yaml_text)
    parts       who answers for a part of the model
    facts       Facts: what history and checkout show of a team
    draft, draft_people         a first model and people.yaml from facts, with the evidence
    presets     ready-made practice for what history cannot tell

Only ``promise`` is imported here: the rest reads YAML, which a notebook never does.
"""

from opsreview.operating_model.promise import Promise

__all__ = ["Promise"]
