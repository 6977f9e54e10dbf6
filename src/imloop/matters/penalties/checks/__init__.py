"""The defects each of which alone makes a file fail, checked one by one.

The departments' rule for reviewing files counts 24 of them; here each has a name, a clause and what to do.
"""

from __future__ import annotations

from imloop.facts.text import Reason
from imloop.law import ActLaw, Law
from imloop.matters.penalties.case_file import File
from imloop.matters.penalties.checks import norm, proof, way, who
from imloop.matters.penalties.checks.veto import Checked, Veto
from imloop.matters.penalties.ranges import choose

VETOES: tuple[Veto, ...] = (
    who.wrong_body,
    who.card_invalid,
    who.too_few_officers,
    who.party_name_differs,
    who.wrong_party,
    proof.facts_not_proven,
    proof.sampling_unlawful,
    proof.no_fault_not_weighed,
    norm.clause_does_not_fit,
    norm.clause_without_paragraph,
    norm.law_of_wrong_date,
    norm.outside_range,
    norm.mitigated_without_ground,
    way.rights_not_told,
    way.calendar_days,
    way.decided_too_early,
    proof.result_not_told,
    way.hearing_not_held,
    way.not_discussed,
    way.investigators_voted,
    way.no_legal_review,
    proof.time_barred,
    who.reviewer_investigated,
    norm.daily_fine,
)


def checked(file: File, law: ActLaw[Law]) -> Checked:
    """A file beside the law of its act and of its decision. Raises ``LawUnseen`` where a text was not seen."""
    return Checked(file, law.of_act, law.of_decision, choose(file.act, law))


def defects(file: File, law: ActLaw[Law]) -> tuple[Reason, ...]:
    """Every defect of the file; a case is not decided while there is one. ``law``: from the day of the act to that of
    the decision, in the place of the act."""
    ready = checked(file, law)
    return tuple(reason for veto in VETOES if (reason := veto(ready)) is not None)
