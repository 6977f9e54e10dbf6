from imloop.store.models.cases import Case, CaseEvent, Notice, Repair
from imloop.store.models.parties import ApiKey, Equipment, Line, Party, PartyKind, Standing, User
from imloop.store.models.trust import Counter, Finding, JournalEntry, JournalHead, OutboxEntry
from imloop.store.models.uploads import RawUpload, Test
from imloop.store.models.vehicles import Vehicle

__all__ = [
    "ApiKey",
    "Case",
    "CaseEvent",
    "Counter",
    "Equipment",
    "Finding",
    "JournalEntry",
    "JournalHead",
    "Line",
    "Notice",
    "OutboxEntry",
    "Party",
    "PartyKind",
    "RawUpload",
    "Repair",
    "Standing",
    "Test",
    "User",
    "Vehicle",
]
