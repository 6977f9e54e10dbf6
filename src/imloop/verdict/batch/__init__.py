"""Many verdicts at once, for replays and scans: result, values and window as ``imloop.verdict.judge`` finds them,
without reasons, findings and steps. Pure.

judge_many(runs_of(records), law) -> Outcomes
"""

from imloop.verdict.batch.many import judge_many
from imloop.verdict.batch.outcomes import NOT_MEASURED, RESULTS, Outcomes, outcome_of
from imloop.verdict.batch.runs import CHANNELS, OTHER, PHASE_NUMBER, SELDOM, Runs, fits, runs_of

__all__ = [
    "CHANNELS",
    "NOT_MEASURED",
    "OTHER",
    "PHASE_NUMBER",
    "RESULTS",
    "SELDOM",
    "Outcomes",
    "Runs",
    "fits",
    "judge_many",
    "outcome_of",
    "runs_of",
]
