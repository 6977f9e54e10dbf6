"""The case: one table of states and events, guards one per clause. Pure.

decide(case, event, law, now) -> Decision      what an event does to a case
permit(case, station=…, at=…, law=…) -> Permit  may it be retested there, then; every reason with its clause
"""

from imloop.loop.case import Answer, Case, Objection, Origin, RepairFact, State, StationExit, Unlock
from imloop.loop.decide import Decision, decide
from imloop.loop.effects import Effect, EffectKind
from imloop.loop.permit import Permit, permit, retest_forbidden
from imloop.loop.repairs import held_repairs, least_warranty, repair_fact

__all__ = [
    "Answer",
    "Case",
    "Decision",
    "Effect",
    "EffectKind",
    "Objection",
    "Origin",
    "Permit",
    "RepairFact",
    "State",
    "StationExit",
    "Unlock",
    "decide",
    "held_repairs",
    "least_warranty",
    "permit",
    "repair_fact",
    "retest_forbidden",
]
