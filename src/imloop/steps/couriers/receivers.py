"""Receivers outside: set up, paused, resumed, replayed; dead letters sent again or dismissed with a reason."""

from __future__ import annotations

from datetime import datetime
from pathlib import PurePath
from urllib.parse import urlsplit

from imloop.facts.days import day_of
from imloop.facts.refusal import Malformed, NotAllowed, Unknown, require_reason
from imloop.facts.text import Text
from imloop.steps.couriers.sftp_address import sftp_address
from imloop.steps.ground import registers
from imloop.steps.ground.access import OFFICES, Caller, place_prefix, require_place
from imloop.steps.ground.ledger import Ledger, writing
from imloop.steps.ground.seen import Door, seen
from imloop.steps.second_person.kinds import Act, Body, register
from imloop.steps.second_person.propose import do_or_propose
from imloop.store.models import Delivery, OutboxEntry, Party, PartyKind, Proposal, Receiver


def receivers(caller: Caller) -> list[Receiver]:
    """Those of the caller's own outbox; for an administrator those of everybody in their place."""
    rows = Receiver.objects.select_related("party").order_by("code")
    if _is_admin(caller):
        return list(rows.filter(party__place__startswith=place_prefix(caller.place)))
    return list(rows.filter(party__code=caller.party_code))


def receiver(caller: Caller, code: str) -> Receiver:
    found = next((row for row in receivers(caller) if row.code == code), None)
    if found is None:
        raise Unknown(
            "unknown-receiver",
            Text(f"没有接收方 {code}，或无权查看。", f"No receiver {code}, or not yours to see."),
        )
    return found


def add_receiver(
    caller: Caller,
    *,
    code: str,
    name: str,
    party: str,
    way: str,
    address: str,
    topics: list[str],
    now: datetime,
) -> Receiver | Proposal:
    """Begin to deliver a party's outbox to a system outside, from the next message on. An administrator,
    or who runs the server, sets it up; of a department's messages its head confirms it."""
    if not _is_admin(caller):
        raise NotAllowed(
            "administrators-only", Text("由系统管理员设置。", "Only an administrator can set this up.")
        )
    code, name = code.strip(), name.strip()
    if not code or not name or len(code) > 40 or len(name) > 120:
        raise Malformed("wrong-value", Text("请填写代码和名称。", "Give a code and a name."), at="code")
    _require_address(way, address)
    with writing(now, caller) as ledger:
        owner = _require_new(code, party)
        require_place(caller, owner.place)
        body = {"name": name, "party": party, "way": way, "address": address, "topics": topics}
        law = registers.law_at(day_of(now), owner.place)
        if owner.kind not in OFFICES:
            return _add(ledger, caller, code, body)  # a station's
        made: Receiver | Proposal = do_or_propose(
            ledger, COURIER, code, body, law, reason=f"{name}：{address}", owner=party
        )
    return made


def _add(ledger: Ledger, by: Caller, code: str, body: Body) -> Receiver:
    owner = _require_new(code, body["party"])
    last = OutboxEntry.objects.filter(receiver=owner.code).order_by("-id").first()
    said = {name: body[name] for name in ("name", "way", "address", "topics")}
    row = Receiver.objects.create(code=code, party=owner, cursor=last.pk if last else 0, **said)
    noted = {name: body[name] for name in ("party", "way", "address", "topics")}
    ledger.note("receiver-added", code, noted)
    return row


COURIER = register(
    Act(
        kind="courier",
        name=Text("设置数据接收方", "set up a receiver of data"),
        carry_out=_add,
        link=lambda row: "/couriers",
        shows=lambda row: [
            (Text("送往", "to"), row.body["address"]),
            (Text("主题", "topics"), "、".join(row.body["topics"]) or "全部"),
        ],
        head=True,
    )
)


def _require_new(code: str, party: str) -> Party:
    owner = Party.objects.filter(code=party).first()
    if owner is None:
        raise Unknown("unknown-party", Text(f"没有单位 {party}。", f"No party {party}."))
    if Receiver.objects.filter(code=code).exists():
        raise Malformed(
            "receiver-exists", Text(f"已有接收方 {code}。", f"There is already a receiver {code}."), at="code"
        )
    return owner


def way_of(address: str) -> str:
    """The delivery method that an address implies; ``add_receiver`` checks whether the address is valid."""
    if address.startswith("/"):
        return Receiver.Way.FOLDER
    return Receiver.Way.SFTP if address.startswith("sftp://") else Receiver.Way.HTTP


def _require_address(way: str, address: str) -> None:
    if way == Receiver.Way.HTTP:
        parts = urlsplit(address)
        local = parts.hostname in ("127.0.0.1", "localhost", "::1")
        if parts.scheme == "https" and parts.hostname or parts.scheme == "http" and local:
            return
        words = Text(
            "地址须为 https://（本机可用 http://）。",
            "The address must be https:// (http:// on this machine).",
        )
    elif way == Receiver.Way.FOLDER:
        if PurePath(address).is_absolute():
            return
        words = Text("文件夹须为绝对路径。", "The folder must be an absolute path.")
    elif way == Receiver.Way.SFTP:
        if sftp_address(address):
            return
        words = Text(
            "地址须为 sftp://用户@主机[:端口]/文件夹，不含密码。",
            "The address must be sftp://user@host[:port]/folder, without a password.",
        )
    else:
        words = Text(f"没有方式 {way}。", f"There is no delivery method {way}.")
    raise Malformed("wrong-value", words)


def set_paused(caller: Caller, code: str, *, paused: bool, reason: str, now: datetime) -> None:
    """Stop, with a reason, or go on; what waits stays in order."""
    if paused:
        require_reason(reason)
    with writing(now, caller) as ledger:
        row = receiver(caller, code)
        row.paused, row.retry_at = paused, None
        row.save(update_fields=["paused", "retry_at"])
        ledger.note("receiver-paused" if paused else "receiver-resumed", code, {"reason": reason})


def replay_from(caller: Caller, code: str, *, seq: int, reason: str, now: datetime) -> int:
    """Deliver everything from ``seq`` on once more; returns how many messages that is."""
    require_reason(reason)
    with writing(now, caller) as ledger:
        row = receiver(caller, code)
        if not 0 < seq <= row.cursor:
            raise Malformed(
                "wrong-value",
                Text(
                    f"序号应在 1 至 {row.cursor} 之间。", f"The sequence must be between 1 and {row.cursor}."
                ),
                at="seq",
            )
        again = OutboxEntry.objects.filter(receiver=row.party.code, id__gte=seq, id__lte=row.cursor)
        count = (again.filter(topic__in=row.topics) if row.topics else again).count()
        seen(
            caller,
            Door.REPLAY,
            purpose=reason,
            more={"receiver": code, "from": seq, "to": row.cursor, "messages": count},
        )
        row.cursor, row.tries, row.retry_at = seq - 1, 0, None
        row.save(update_fields=["cursor", "tries", "retry_at"])
        ledger.note("receiver-replayed", code, {"from": seq, "messages": count, "reason": reason})
    return count


def dismiss(caller: Caller, code: str, *, seq: int, reason: str, now: datetime) -> None:
    """A dead letter, or one that differs, that need not be sent again, with a reason."""
    require_reason(reason)
    with writing(now, caller) as ledger:
        dead = receiver(caller, code).deliveries.filter(entry_id=seq, state__in=Delivery.UNSETTLED)
        if not dead.exists():
            raise Unknown("unknown-entry", Text(f"没有被拒的消息 {seq}。", f"No dead letter {seq}."))
        dead.update(state=Delivery.State.DISMISSED)
        ledger.note("dead-letter-dismissed", code, {"seq": seq, "reason": reason})


def dead_letter(caller: Caller, code: str, seq: int) -> tuple[Receiver, OutboxEntry]:
    """A dead letter, to be sent again by itself."""
    row = receiver(caller, code)
    found = row.deliveries.filter(entry_id=seq, state__in=Delivery.UNSETTLED).select_related("entry").first()
    if found is None:
        raise Unknown("unknown-entry", Text(f"没有被拒的消息 {seq}。", f"No dead letter {seq}."))
    return row, found.entry


def _is_admin(caller: Caller) -> bool:
    return caller.kind in (PartyKind.ADMIN, "system")
