"""Every act that needs a second person: those of all subjects, joined. A new one is named here."""

from __future__ import annotations

from datetime import datetime

from imloop.steps.accounts.staffing import RESET
from imloop.steps.cases.grant_exit import ANNULMENT, EXIT
from imloop.steps.couriers.receivers import COURIER
from imloop.steps.draws.void_draw import VOID
from imloop.steps.findings.true_by_two import TRUE
from imloop.steps.lines.lock_line import ACTS as ORDERS
from imloop.steps.matters.complaints.identity import REPORTER
from imloop.steps.matters.take_step import STATION
from imloop.steps.outages.declare_outage import OUTAGE
from imloop.steps.outages.unlock_by_operator import PAPER_UNLOCK
from imloop.steps.prices.publish_price import PRICE
from imloop.steps.second_person.decide import lapse
from imloop.steps.second_person.kinds import Act
from imloop.steps.second_person.on_site import VISIT
from imloop.steps.vehicles.ask_mark import WITHOUT_TEST
from imloop.steps.vehicles.register.change_vehicle import VEHICLE_CHANGE
from imloop.steps.vehicles.register.correct_register import CORRECTION
from imloop.steps.vehicles.register.settle_difference import RIGHT

ACTS: tuple[Act, ...] = (
    *(EXIT, ANNULMENT, *ORDERS.values(), PAPER_UNLOCK, OUTAGE),
    *(PRICE, VOID, RESET, COURIER, STATION, VISIT),
    *(TRUE, RIGHT, REPORTER, CORRECTION, VEHICLE_CHANGE, WITHOUT_TEST),
)


def lapse_proposals(now: datetime) -> int:
    """What nobody confirmed in time ends; returns how many."""
    return lapse(now)
