"""All pages: the addresses of every subject, joined. A new subject adds its line to the imports and to ``SUBJECTS``.

The order of subjects matters where two share the beginning of an address: ``public/stations/changes`` (reports)
is asked before ``public/stations/<code>`` (stations).
"""

from __future__ import annotations

from django.urls import URLPattern

from imloop.pages.accounts import urls as accounts
from imloop.pages.appointments import urls as appointments
from imloop.pages.cases import urls as cases
from imloop.pages.couriers import urls as couriers
from imloop.pages.desk import urls as desk
from imloop.pages.draws import urls as draws
from imloop.pages.duty import urls as duty
from imloop.pages.findings import urls as findings
from imloop.pages.inspections import urls as inspections
from imloop.pages.journal import urls as journal
from imloop.pages.lines import urls as lines
from imloop.pages.matters import urls as matters
from imloop.pages.outages import urls as outages
from imloop.pages.prices import urls as prices
from imloop.pages.public import urls as public
from imloop.pages.remote_sensing import urls as remote_sensing
from imloop.pages.repairs import urls as repairs
from imloop.pages.reports import urls as reports
from imloop.pages.roads import urls as roads
from imloop.pages.second_person import urls as second_person
from imloop.pages.spot_checks import urls as spot_checks
from imloop.pages.stations import urls as stations
from imloop.pages.trace_back import urls as trace_back
from imloop.pages.vehicles import urls as vehicles

SUBJECTS = (
    accounts,
    appointments,
    cases,
    couriers,
    desk,
    draws,
    duty,
    findings,
    inspections,
    journal,
    lines,
    matters,
    outages,
    prices,
    public,
    remote_sensing,
    repairs,
    reports,
    roads,
    second_person,
    spot_checks,
    stations,
    trace_back,
    vehicles,
)
urlpatterns: list[URLPattern] = [pattern for subject in SUBJECTS for pattern in subject.urlpatterns]
