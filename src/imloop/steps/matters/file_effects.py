"""What a step does to the matter's own file: assign it, merge it, copy it to a department, withdraw a publication."""

from __future__ import annotations

from datetime import date

from imloop.facts.refusal import Conflict, Malformed, Problem
from imloop.facts.text import Text
from imloop.law import Law
from imloop.matters import Decision, Kind, Step
from imloop.matters.complaints.duplicates import twins
from imloop.matters.labels import KINDS
from imloop.steps.complaints.near import told_of
from imloop.steps.ground import registers
from imloop.steps.ground.ledger import Ledger
from imloop.steps.matters.kept.enclose import enclose
from imloop.steps.matters.kept.open_copy import of_matter, open_copy
from imloop.steps.matters.roles import PENALTIES, visible
from imloop.store.models import Evidence, Matter, MatterLink, Party


def assign(ledger: Ledger, row: Matter, step: Step, decision: Decision, law: Law) -> None:
    row.assigned_to = str(decision.values["assigned_to"])


def merge(ledger: Ledger, row: Matter, step: Step, decision: Decision, law: Law) -> None:
    """The other matter keeps the evidence of this one and says where it came from."""
    other = _other(ledger, row, str(decision.values["merged_into"]))
    if not _is_same(row, other, law):
        raise Conflict(
            "not-the-same",
            Text(
                f"{other.matter_no} 不是同一当事人的同一事实，不能并入。",
                f"{other.matter_no} is not about the same act of the same party and takes nothing in.",
            ),
        )
    MatterLink.objects.create(matter=row, other=other, kind=MatterLink.Kind.MERGED, at=ledger.now)
    carry_along(row, other)


def _other(ledger: Ledger, row: Matter, number: str) -> Matter:
    found = Matter.objects.filter(visible(ledger.caller), matter_no=number.strip()).first()
    if found is None or found.pk == row.pk or found.kind != row.kind:
        words = Text(
            f"没有可以并入的同类事项 {number}。", f"There is no other matter of this kind numbered {number}."
        )
        raise Malformed(
            "unknown-matter", words, problems=(Problem("$.merged_into", "unknown-matter", words),)
        )
    if found.closed_at is not None:
        raise Conflict(
            "matter-closed", Text(f"{number} 已办结，不能并入。", f"{number} is closed and takes nothing in.")
        )
    return found


def _is_same(row: Matter, other: Matter, law: Law) -> bool:
    """A complaint that may be its twin; else the same party or vehicle, and of a penalty the same violation."""
    if row.kind == Kind.COMPLAINT:
        return bool(twins(told_of(row.complaint), [told_of(other.complaint)], law))
    if (row.party_id, row.vehicle_id) != (other.party_id, other.vehicle_id):
        return False
    mine, theirs = row.data.get("facts", {}), other.data.get("facts", {})
    named = row.party_id or row.vehicle_id or mine.get("party_name") == theirs.get("party_name")
    return bool(named) and mine.get("violation") == theirs.get("violation")


def carry_along(source: Matter, target: Matter) -> None:
    """Evidence stays where it is and stands in the other file, too."""
    Evidence.objects.bulk_create(
        Evidence(
            matter=target,
            kind=each.kind,
            reference=each.reference,
            sha256=each.sha256,
            words=each.words,
            added_at=each.added_at,
            added_by=each.added_by,
        )
        for each in source.evidence.order_by("id")
    )


def copy(ledger: Ledger, row: Matter, step: Step, decision: Decision, law: Law) -> None:
    """The department is told, and has until a day to answer. What is handed over goes with all that was handed in; to
    a copy its sender adds the papers (``copies.send``)."""
    office = registers.any_party(str(decision.values["copied_to"]))
    answer_by = decision.values.get("answer_by")
    assert answer_by is None or isinstance(answer_by, date)
    wanted = str(decision.values["wanted"])
    made = open_copy(ledger, of_matter(row), office, law, wanted=wanted, answer_by=answer_by)
    if step is Step.TRANSFER:
        enclose(ledger, made, row.attachments.order_by("id"))


def withdraw_publication(ledger: Ledger, row: Matter, step: Step, decision: Decision, law: Law) -> None:
    """Nothing of the matter is shown from now on; that it was, and why not any more, stays in its file. Whoever was
    sent it is told to take it back."""
    reason = str(decision.values["reason"])
    taken_back = row.publications.filter(withdrawn_at__isnull=True).update(
        withdrawn_at=ledger.now,
        withdrawn_by=ledger.caller.actor[:80],
        reason=reason[:400],
    )
    if not taken_back or row.party is None:
        return
    body: dict[str, object] = {
        "matter": row.matter_no,
        "party": row.party.code,
        "name": row.party.name,
        "kind": row.kind,
        "step": step.value,
        "words": f"{KINDS[Kind(row.kind)].zh}：撤回公开",
        "withdrawn": True,
        "reason": reason,
        **({"cite": law.cite("procedure.withdrawal_days")} if row.kind in PENALTIES else {}),
    }
    tell_where_published(ledger, row, row.party, body, law)


def tell_where_published(
    ledger: Ledger, row: Matter, party: Party, body: dict[str, object], law: Law
) -> None:
    """The departments that the law names, and the region."""
    for role in law.words(f"{party.kind}.copied_to"):
        office = registers.department(role, row.place)
        if office is not None:
            ledger.send(office.code, "standing-published", party.code, body)
    ledger.send(f"regional:{row.place[:2]}0000", "standing-published", party.code, body)
