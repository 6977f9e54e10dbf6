"""The key of a newly admitted station: handed out once, to whoever holds the application's secret address."""

from __future__ import annotations

from datetime import datetime

from imloop.facts.refusal import Conflict
from imloop.facts.text import Text
from imloop.matters import Kind, State
from imloop.steps.accounts.keys import new_key
from imloop.steps.ground.access import PUBLIC
from imloop.steps.ground.ledger import writing
from imloop.steps.matters.attachments import the_matter
from imloop.steps.matters.take_step import applicant


def collect_key(token: str, now: datetime) -> str:
    """``imk_…``, once; later ones are issued by the administrator."""
    with writing(now, PUBLIC) as ledger:
        row = the_matter(token=token)
        ledger.caller = applicant(row)
        if not Kind(row.kind).is_application or row.state != State.APPROVED or row.party is None:
            raise Conflict("not-approved", Text("申请尚未准予。", "The application has not been granted."))
        if row.data.get("key_collected_at"):
            raise Conflict(
                "key-collected",
                Text(
                    "密钥已领取；遗失请联系平台管理员。",
                    "The key has been collected; if it is lost, ask the administrator.",
                ),
            )
        row.data["key_collected_at"] = now.isoformat()
        row.save(update_fields=["data"])
        return new_key(ledger, row.party)
