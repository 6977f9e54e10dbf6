from imloop.store.models.casework.appointments import Appointment, ClosedDay, Opening
from imloop.store.models.casework.cases import Case, CaseEvent, Notice
from imloop.store.models.casework.draws import Draw, DrawNumber, DrawOfficer, DrawPart, DrawVisit
from imloop.store.models.casework.findings import Finding
from imloop.store.models.casework.inspections import HeldRun, ObdName, RawUpload, Test
from imloop.store.models.casework.matters.complaint import (
    Complaint,
    ComplaintFollower,
    Reward,
)
from imloop.store.models.casework.matters.file import (
    Copy,
    Evidence,
    MatterLink,
    MatterParty,
    Publication,
)
from imloop.store.models.casework.matters.matter import Attachment, Matter, MatterEvent
from imloop.store.models.casework.outages import Outage, PaperUnlock, RepairPaper, Voucher
from imloop.store.models.casework.remote_sensing import (
    RemoteInstrument,
    RemoteReading,
    RemoteReview,
    RemoteSite,
)
from imloop.store.models.casework.repairs import Repair, RepairMark, ShopFigures, WrongClaim
from imloop.store.models.casework.second_person import Proposal
from imloop.store.models.casework.spot_checks import SpotCheck, SpotInstrument, SpotTask
from imloop.store.models.registers.accounts import (
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
from imloop.store.models.registers.lines import Equipment, EquipmentCheck, Line, LineOrder, Link, Software
from imloop.store.models.registers.prices import Fee
from imloop.store.models.registers.roads import PollutionAlert, Zone
from imloop.store.models.registers.stations import (
    Certificate,
    Party,
    PartyKind,
    Staff,
    Standing,
    StationToken,
)
from imloop.store.models.registers.vehicles import (
    Enrolment,
    Mark,
    PlateSpan,
    RegisterFile,
    Vehicle,
    VehicleChange,
)
from imloop.store.models.trail.couriers import Delivery, OutboxEntry, Receiver
from imloop.store.models.trail.desk import WorkPass
from imloop.store.models.trail.duty import Look, LookedVehicle, RecordComment, UnusualDay
from imloop.store.models.trail.journal import Counter, JournalEntry, JournalHead, JournalSeal, Restart

__all__ = [
    "ApiKey",
    "Appointment",
    "Attachment",
    "Case",
    "CaseEvent",
    "Certificate",
    "ClosedDay",
    "Complaint",
    "ComplaintFollower",
    "Counter",
    "Delegation",
    "Delivery",
    "Draw",
    "DrawNumber",
    "DrawOfficer",
    "DrawPart",
    "DrawVisit",
    "Enrolment",
    "Equipment",
    "EquipmentCheck",
    "Evidence",
    "Fee",
    "Finding",
    "HeldRun",
    "Invitation",
    "JournalEntry",
    "JournalHead",
    "JournalSeal",
    "Line",
    "LineOrder",
    "Link",
    "LogInTry",
    "Look",
    "LookedVehicle",
    "Mark",
    "Matter",
    "Copy",
    "MatterEvent",
    "MatterLink",
    "MatterParty",
    "Notice",
    "ObdName",
    "Opening",
    "Outage",
    "OutboxEntry",
    "PaperUnlock",
    "Party",
    "PartyKind",
    "PlateSpan",
    "PollutionAlert",
    "Proposal",
    "Publication",
    "RawUpload",
    "Receiver",
    "RecordComment",
    "RegisterFile",
    "RemoteInstrument",
    "RemoteReading",
    "RemoteReview",
    "RemoteSite",
    "SpotCheck",
    "SpotInstrument",
    "SpotTask",
    "Repair",
    "RepairMark",
    "RepairPaper",
    "Restart",
    "Reward",
    "SavedFilter",
    "SecondFactor",
    "ShopFigures",
    "Software",
    "Staff",
    "Standing",
    "StationToken",
    "Test",
    "UnusualDay",
    "UsedNonce",
    "User",
    "UserSession",
    "Vehicle",
    "VehicleChange",
    "Voucher",
    "WorkPass",
    "WrongClaim",
    "Zone",
]
