"""Recompute a test from its 1 Hz data: validity, values, limits, verdict, every step explained. Pure.

judge(record, law) -> Verdict
"""

from imloop.verdict.answer import ItemVerdict, Step, Verdict
from imloop.verdict.judge import judge
from imloop.verdict.subjects import verdict_hash

__all__ = ["ItemVerdict", "Step", "Verdict", "judge", "verdict_hash"]
