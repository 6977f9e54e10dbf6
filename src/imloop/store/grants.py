"""What the application's role on PostgreSQL may do: everything it needs, and no change or removal of kept rows.

The tables belong to another role, the one that migrates. The triggers that freeze rows are a second safeguard: the
application's role cannot switch them off.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from types import MappingProxyType

from django.db import connection, transaction

from imloop.facts.refusal import Malformed
from imloop.facts.text import Text

APPEND_ONLY = (
    "store_attachment",
    "store_caseevent",
    "store_equipmentcheck",
    "store_evidence",
    "store_journalentry",
    "store_journalseal",
    "store_look",
    "store_lookedvehicle",
    "store_matterevent",
    "store_notice",
    "store_recordcomment",
    "store_registerfile",
    "store_remoteinstrument",
    "store_repair",
    "store_repairpaper",
    "store_restart",
    "store_spotinstrument",
    "store_vehiclechange",
    "store_voucher",
)
"""Tables that may be read and added to; triggers freeze them, rows are never changed, removed or emptied."""
PARTLY_FREE: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "store_copy": ("received_at", "received_by", "answer", "answered_at", "answered_by"),
        "store_draw": (
            *("state", "header", "people", "commitment", "committed_at", "journal_number", "drawn_at"),
            *("published_at", "whole", "voided_at", "void_reason", "voided_by", "export"),
        ),
        "store_paperunlock": (
            *("unlocked_at", "matched_at", "missed_at", "contradicted_at", "receipt"),
            *("case_id", "outage_id", "repair_id", "vehicle_id"),
        ),
        "store_proposal": ("state", "done", "decided_at", "decided_by", "decision"),
        "store_rawupload": ("refused",),
        "store_remotereading": ("state", "finding_id", "told_at", "told_how", "open_at"),
        "store_remotereview": ("taken_back_at",),
        "store_spotcheck": (
            *(
                "vehicle_id",
                "state",
                "case_no",
                "order_no",
                "ordered_at",
                "deadline",
                "settled_at",
                "settled_by",
            ),
            *("doubts", "settled_because", "handed_at", "handed_by", "handed_because"),
        ),
        "store_test": (
            *("vehicle_id", "case_no", "counts", "counts_why", "due_before"),
            *("result", "law_hash", "verdict", "stated"),  # by its trigger: from pass to fail, once
        ),
    }
)
"""Tables of which these columns change later on, as triggers have it, and rows are never removed."""
NEVER_REMOVED = (
    "store_apikey",
    "store_appointment",
    "store_case",
    "store_certificate",
    "store_complaint",
    "store_complaintfollower",
    "store_counter",
    "store_delegation",
    "store_delivery",
    "store_drawnumber",
    "store_drawofficer",
    "store_drawpart",
    "store_drawvisit",
    "store_enrolment",
    "store_equipment",
    "store_fee",
    "store_finding",
    "store_heldrun",
    "store_invitation",
    "store_journalhead",
    "store_line",
    "store_lineorder",
    "store_link",
    "store_mark",
    "store_matter",
    "store_matterlink",
    "store_matterparty",
    "store_outage",
    "store_outboxentry",
    "store_party",
    "store_platespan",
    "store_pollutionalert",
    "store_publication",
    "store_receiver",
    "store_remotesite",
    "store_repairmark",
    "store_reward",
    "store_software",
    "store_staff",
    "store_spottask",
    "store_stationtoken",
    "store_unusualday",
    "store_user",
    "store_user_groups",
    "store_user_user_permissions",
    "store_vehicle",
    "store_workpass",
    "store_wrongclaim",
    "store_zone",
)
"""Tables whose rows change and stay."""
REMOVED = (
    "store_closedday",
    "store_heldrun_candidates",
    "store_logintry",
    "store_obdname",
    "store_opening",
    "store_savedfilter",
    "store_secondfactor",
    "store_shopfigures",
    "store_spotcheck_candidates",
    "store_spottask_officers",
    "store_standing",
    "store_usednonce",
    "store_usersession",
)
"""Tables of which rows go again in the course of work: what expires, is replaced, or never took effect."""


def statements(role: str) -> list[str]:
    """SQL for the owner of the tables to run after every migration; ``Malformed`` for an odd name."""
    if not re.fullmatch(r"[a-z_][a-z0-9_]{0,62}", role):
        raise Malformed(
            "wrong-value", Text(f"role：{role} 不是角色名。", f"role: {role} is not a role name.")
        )
    kept = ", ".join((*APPEND_ONLY, *PARTLY_FREE))
    free = (
        f"GRANT UPDATE ({', '.join(columns)}) ON {table} TO {role}" for table, columns in PARTLY_FREE.items()
    )
    return [
        f"GRANT USAGE ON SCHEMA public TO {role}",
        f"GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO {role}",
        f"GRANT USAGE, SELECT ON ALL SEQUENCES IN SCHEMA public TO {role}",
        f"REVOKE UPDATE, DELETE, TRUNCATE, TRIGGER ON {kept} FROM {role}",
        f"REVOKE DELETE, TRUNCATE, TRIGGER ON {', '.join(NEVER_REMOVED)} FROM {role}",
        *free,
    ]


def grant(role: str) -> None:
    """Run them; ``Malformed`` where the database knows no roles."""
    found = statements(role)
    if connection.vendor != "postgresql":
        raise Malformed("no-roles", Text("只有 PostgreSQL 有角色。", "Only PostgreSQL has roles."))
    with transaction.atomic(), connection.cursor() as cursor:
        for statement in found:
            cursor.execute(statement)
