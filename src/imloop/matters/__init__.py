"""Matters before a department: one table of kinds, states and steps. Pure.

take(matter, step, given, roles, day, law) -> Decision   what a step does to a matter
conditions(subject, law)                                 the checklist an applicant answers
"""

from imloop.matters.decide import Decision, is_late, rests, steps_open, take
from imloop.matters.matter import Effect, Matter
from imloop.matters.names import Kind, Role, State, Step

__all__ = [
    "Decision",
    "Effect",
    "Kind",
    "Matter",
    "Role",
    "State",
    "Step",
    "is_late",
    "rests",
    "steps_open",
    "take",
]
