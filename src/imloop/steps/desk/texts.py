"""What the journal records, in words, and what a department's messages are about: the texts of every subject, joined.

A new subject adds its line to the imports and to ``SUBJECTS``.
"""

from __future__ import annotations

from imloop.facts.text import Text
from imloop.steps.accounts import texts as accounts
from imloop.steps.appointments import texts as appointments
from imloop.steps.cases import texts as cases
from imloop.steps.complaints import texts as complaints
from imloop.steps.couriers import texts as couriers
from imloop.steps.draws import texts as draws
from imloop.steps.duty import texts as duty
from imloop.steps.findings import texts as findings
from imloop.steps.ground import texts as ground
from imloop.steps.inspections import texts as inspections
from imloop.steps.journal import texts as journal
from imloop.steps.leads import texts as leads
from imloop.steps.lines import texts as lines
from imloop.steps.matters import texts as matters
from imloop.steps.outages import texts as outages
from imloop.steps.prices import texts as prices
from imloop.steps.remote_sensing import texts as remote_sensing
from imloop.steps.repairs import texts as repairs
from imloop.steps.reports import texts as reports
from imloop.steps.roads import texts as roads
from imloop.steps.second_person import texts as second_person
from imloop.steps.spot_checks import texts as spot_checks
from imloop.steps.stations import texts as stations
from imloop.steps.vehicles import texts as vehicles

SUBJECTS = (
    ground,
    accounts,
    appointments,
    cases,
    complaints,
    couriers,
    draws,
    duty,
    findings,
    inspections,
    journal,
    leads,
    lines,
    matters,
    outages,
    prices,
    remote_sensing,
    repairs,
    reports,
    roads,
    second_person,
    spot_checks,
    stations,
    vehicles,
)
ENTRIES: dict[str, Text] = dict(
    sorted({kind: words for subject in SUBJECTS for kind, words in subject.JOURNAL.items()}.items())
)
"""Kind of journal entry → its words."""
TOPICS: tuple[str, ...] = tuple(topic for subject in SUBJECTS for topic in getattr(subject, "TOPICS", ()))
"""Everything a department is told."""
