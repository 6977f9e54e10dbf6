"""Matters before a department: one table of kinds, states and steps. Pure.

take(matter, step, given, roles, day, law, by) -> Decision   what a step does to a matter
conditions(subject, law)                                 the checklist an applicant answers
"""

from imloop.matters.decide import NOBODY, By, Decision, is_late, rests, steps_open, take, waits_for
from imloop.matters.matter import Effect, Matter, New
from imloop.matters.names import Kind, Role, State, Step

__all__ = [
    "NOBODY",
    "By",
    "Decision",
    "Effect",
    "Kind",
    "Matter",
    "New",
    "Role",
    "State",
    "Step",
    "is_late",
    "rests",
    "steps_open",
    "take",
    "waits_for",
]
