from imloop.store.models.appointments import Appointment, ClosedDay, Opening
from imloop.store.models.cases import Case, CaseEvent, Notice, Repair, RepairMark
from imloop.store.models.couriers import Delivery, Receiver
from imloop.store.models.draws import Draw, DrawNumber, DrawPart, DrawVisit
from imloop.store.models.figures import ShopFigures
from imloop.store.models.health import WorkPass
from imloop.store.models.matters import Attachment, Matter, MatterEvent
from imloop.store.models.outages import Outage, PaperUnlock, Voucher
from imloop.store.models.parties import (
    ApiKey,
    Line,
    Party,
    PartyKind,
    SavedFilter,
    Standing,
    UsedNonce,
    User,
)
from imloop.store.models.people import Delegation, Invitation, LogInTry, SecondFactor, UserSession
from imloop.store.models.roads import PollutionAlert, Zone
from imloop.store.models.stations import (
    Certificate,
    Equipment,
    EquipmentCheck,
    Fee,
    LineOrder,
    Link,
    Software,
    Staff,
)
from imloop.store.models.tokens import StationToken
from imloop.store.models.trust import Counter, Finding, JournalDay, JournalEntry, JournalHead, OutboxEntry
from imloop.store.models.uploads import RawUpload, Test
from imloop.store.models.vehicles import Enrolment, Mark, PlateSpan, Vehicle, VehicleChange

__all__ = [
    "ApiKey",
    "Appointment",
    "Attachment",
    "Case",
    "CaseEvent",
    "Certificate",
    "ClosedDay",
    "Counter",
    "Enrolment",
    "Equipment",
    "EquipmentCheck",
    "Fee",
    "Delegation",
    "Delivery",
    "Draw",
    "DrawNumber",
    "DrawPart",
    "DrawVisit",
    "Invitation",
    "LogInTry",
    "SecondFactor",
    "UserSession",
    "Finding",
    "JournalEntry",
    "JournalDay",
    "JournalHead",
    "Line",
    "LineOrder",
    "Link",
    "Mark",
    "Matter",
    "MatterEvent",
    "Notice",
    "Opening",
    "OutboxEntry",
    "Outage",
    "PaperUnlock",
    "Party",
    "PartyKind",
    "PlateSpan",
    "PollutionAlert",
    "RawUpload",
    "Receiver",
    "Repair",
    "RepairMark",
    "Software",
    "SavedFilter",
    "ShopFigures",
    "Staff",
    "Standing",
    "StationToken",
    "Test",
    "UsedNonce",
    "User",
    "Vehicle",
    "VehicleChange",
    "Voucher",
    "Zone",
    "WorkPass",
]
