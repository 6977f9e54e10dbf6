from imloop.store.models.accounts import (
    ApiKey,
    Delegation,
    Invitation,
    LogInTry,
    SavedFilter,
    SecondFactor,
    UsedNonce,
    User,
    UserSession,
)
from imloop.store.models.appointments import Appointment, ClosedDay, Opening
from imloop.store.models.cases import Case, CaseEvent, Notice
from imloop.store.models.couriers import Delivery, OutboxEntry, Receiver
from imloop.store.models.desk import WorkPass
from imloop.store.models.draws import Draw, DrawNumber, DrawPart, DrawVisit
from imloop.store.models.findings import Finding
from imloop.store.models.inspections import RawUpload, Test
from imloop.store.models.journal import Counter, JournalDay, JournalEntry, JournalHead
from imloop.store.models.lines import Equipment, EquipmentCheck, Line, LineOrder, Link, Software
from imloop.store.models.matters import Attachment, Matter, MatterEvent
from imloop.store.models.outages import Outage, PaperUnlock, Voucher
from imloop.store.models.prices import Fee
from imloop.store.models.repairs import Repair, RepairMark, ShopFigures
from imloop.store.models.roads import PollutionAlert, Zone
from imloop.store.models.stations import Certificate, Party, PartyKind, Staff, Standing, StationToken
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
