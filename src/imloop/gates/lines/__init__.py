"""Instruments of a test line: their self-checks recomputed, and what they allow to be tested at a moment."""

from imloop.gates.lines.due import Due, checks_due
from imloop.gates.lines.parts import CheckResult, Deviation
from imloop.gates.lines.recompute import FIELDS, recompute
from imloop.gates.lines.standing import ONLY_DUE, CheckFact, InstrumentFact, OrderFact, line_standing

__all__ = [
    "FIELDS",
    "ONLY_DUE",
    "CheckFact",
    "CheckResult",
    "Deviation",
    "Due",
    "InstrumentFact",
    "OrderFact",
    "checks_due",
    "line_standing",
    "recompute",
]
