"""A random draw until it is fixed: a department prepares the list, others join with a secret, one of them fixes it.

prepared → committed (list, chances, people and sources are hashed and published) → drawn → published; or voided, with
the serial kept and the reason published.
"""

from __future__ import annotations

import re
import secrets
from collections.abc import Callable, Mapping, Sequence
from datetime import date, datetime, timedelta

from django.db.models import QuerySet

from imloop.facts.days import day_of
from imloop.facts.refusal import Conflict, Malformed, NotAllowed, Unknown, Unlawful
from imloop.facts.text import Text
from imloop.law import Law
from imloop.proof import draw as proof
from imloop.proof.frame import fitting, give_chances
from imloop.steps.draws.frame import STRATA, list_of
from imloop.steps.draws.header import header_of
from imloop.steps.draws.plan import Plan, require_sound
from imloop.steps.draws.roster import BY_ACCOUNT, accounts_of, by_accounts, people_of
from imloop.steps.ground import registers
from imloop.steps.ground.access import Caller, place_prefix, require_kind
from imloop.steps.ground.ledger import Ledger, writing
from imloop.steps.ground.lookups import Shown
from imloop.store.models import Draw, DrawPart, Party, PartyKind

DRAWERS = (PartyKind.ENVIRONMENT, PartyKind.TRANSPORT, PartyKind.MARKET, PartyKind.SUPERVISOR)
"""The departments that draw and visit."""
FIXED = ("state", "people", "header", "commitment", "committed_at", "journal_number")
OPEN = (Draw.State.PREPARED, Draw.State.COMMITTED, Draw.State.DRAWN)
_SHA256 = re.compile(r"[0-9a-f]{64}")
_LONGEST_NAME, _MOST_PEOPLE = 40, 200


def visible(caller: Caller) -> QuerySet[Draw]:
    """The draws of a department's place."""
    require_kind(caller, *DRAWERS, PartyKind.ADMIN)
    return Draw.objects.filter(place__startswith=place_prefix(caller.place))


def the_draw(caller: Caller, no: str) -> Draw:
    found = visible(caller).filter(no=no).first()
    if found is None:
        raise unknown(no)
    return found


def unknown(no: str) -> Unknown:
    return Unknown(
        "unknown-draw", Text(f"没有抽取 {no}，或无权查看。", f"No draw {no}, or not yours to see.")
    )


def locked(caller: Caller, no: str, *states: str) -> Draw:
    """The draw inside a writing step; refuses one that is not in one of ``states``."""
    require_kind(caller, *DRAWERS)
    found = visible(caller).select_for_update().filter(no=no).first()
    if found is None:
        raise unknown(no)
    if found.state not in states:
        label = Draw.State(found.state).label
        words = Text(f"抽取 {no} 目前是：{label}。", f"Draw {no} is {found.state} now.")
        raise Conflict("draw-not-there", words)
    return found


def part_of(draw: Draw, caller: Caller) -> DrawPart:
    """The caller's part, or ``NotAllowed``."""
    found = draw.parts.filter(party__code=caller.party_code).first()
    if found is None:
        raise NotAllowed(
            "not-taking-part",
            Text(f"本单位没有参加抽取 {draw.no}。", f"Your department takes no part in draw {draw.no}."),
        )
    return found


def prepare(caller: Caller, plan: Plan, now: datetime, show: Callable[[Draw], Shown]) -> Shown:
    """The list as of today with everyone's chance, under a serial of its own; what ``show`` makes of it, of the same
    moment. A period has one draw that is not void."""
    require_kind(caller, *DRAWERS)
    today = day_of(now)
    law = registers.law_at(today, caller.place)
    require_sound(plan, tuple(STRATA), today, law)
    frame = _frame(caller.place, plan, today, law)
    with writing(now, caller) as ledger:
        same = Draw.objects.filter(place=caller.place, period=plan.period)
        if same.exclude(state=Draw.State.VOIDED).exists():
            raise Conflict(
                "period-drawn",
                Text(
                    f"{plan.period} 已有一次抽取；要重来须先作废，作废也会公布。",
                    f"{plan.period} already has a draw; to repeat it, void it first, which is published, too.",
                ),
            )
        number = ledger.number("draw", caller.place, today.year)
        row = Draw.objects.create(
            no=f"{caller.place}-D{today.year}-{number:04d}",
            place=caller.place,
            period=plan.period,
            as_of=today,
            state=Draw.State.PREPARED,
            frame=frame,
            salt=secrets.token_hex(16),
            prepared_at=now,
            prepared_by=Party.objects.get(code=caller.party_code),
        )
        ledger.note("draw-prepared", row.no, {"period": row.period, "frame": proof.digest(frame)})
        tell(ledger, row)
        return show(row)


def _frame(place: str, plan: Plan, today: date, law: Law) -> dict[str, object]:
    rules = _rules(law, plan)
    units: list[dict[str, object]] = []
    strata: list[dict[str, object]] = []
    excluded: list[dict[str, str]] = []
    unlisted = set(plan.barred)
    for code in sorted(plan.visits):
        listed = list_of(place, code, today, law, plan.barred)
        unlisted -= {each["id"] for each in listed.excluded}
        asked = {"code": code, "method": plan.methods.get(code, "pareto"), "visits": plan.visits[code]}
        _require_fit(asked, listed.units, law)
        rows, stratum = give_chances(asked, listed.units, rules)
        units, strata, excluded = units + rows, [*strata, stratum], excluded + listed.excluded
    if unlisted:
        names = "、".join(sorted(unlisted))
        raise Unknown("unknown-unit", Text(f"名单中没有 {names}。", f"Not on the list: {names}."))
    span = (plan.last - plan.first).days + 1
    days = [plan.first + timedelta(days=number) for number in range(span)]
    return {
        "rules": rules,
        "strata": strata,
        "units": units,
        "excluded": excluded,
        "days": _working(days, law),
        "sources": [source.to_json() for source in plan.sources],
    }


def _rules(law: Law, plan: Plan) -> dict[str, object]:
    """What is fixed of the computation; ``officers``: how many of the accounts drawn must confirm a visit."""
    rules: dict[str, object] = {
        "pi_min": law.integer("draw.pi_min_ppm"),
        "ratio": law.integer("draw.ratio"),
        "uniform_share": law.integer("draw.uniform_share_ppm"),
        "spot": {
            "pi_min": 0,
            "ratio": law.integer("draw.ratio"),
            "uniform_share": law.integer("draw.spot_uniform_ppm"),
            "count": law.integer("draw.spot_papers"),
        },
    }
    if plan.accounts or (law.get(BY_ACCOUNT) is not None and law.flag(BY_ACCOUNT)):
        rules["officers"] = law.integer("procedure.officers")
    return rules


def _working(days: Sequence[date], law: Law) -> list[str]:
    found = [day.isoformat() for day in days if law.is_working_day(day)]
    if not found:
        raise Malformed(
            "wrong-value", Text("检查期内没有工作日。", "There is no working day for the visits."), at="first"
        )
    return found


def _require_fit(stratum: Mapping[str, object], units: Sequence[proof.Row], law: Law) -> None:
    fewest, most = fitting(units, law.integer("draw.pi_min_ppm"))
    if not fewest <= int(str(stratum["visits"])) <= most or not units:
        name = STRATA[str(stratum["code"])]
        raise Unlawful(
            "visits-do-not-fit",
            Text(
                f"{name.zh}共 {len(units)} 家，检查次数应在 {fewest} 至 {most} 之间：到期未检查的必须检查，"
                "其余每家不少于最低概率。",
                f"{len(units)} {name.en}: {fewest} to {most} visits; those due must be visited, "
                "all others keep the minimum chance.",
            ),
            cite=law.cite("draw.pi_min_ppm"),
        )


def join(
    caller: Caller,
    no: str,
    *,
    nonce_sha256: str,
    inspectors: Sequence[str],
    conflicts: Sequence[Mapping[str, str]],
    now: datetime,
) -> DrawPart:
    """A department deposits the hash of its secret, names its inspectors (by user name, where they are accounts) and
    whom each may not visit: ``inspector``, ``unit``, ``reason``. Again before the list is fixed: the earlier deposit is
    replaced, the journal keeps both."""
    digest = nonce_sha256.strip().lower()
    names = [name.strip() for name in inspectors if name.strip()]
    _require_sound(digest, names)
    with writing(now, caller) as ledger:
        draw = locked(caller, no, Draw.State.PREPARED)
        if accounts := by_accounts(draw):
            accounts_of(caller.party_code, names, registers.law_at(day_of(draw.prepared_at), draw.place))
        rows = [_conflict(draw, names, each) for each in conflicts]
        if draw.parts.exclude(party__code=caller.party_code).filter(nonce_sha256=digest).exists():
            raise Conflict(
                "same-secret",
                Text("另一部门交存了同一秘密数。", "Another department deposited the same secret."),
            )
        part, _new = DrawPart.objects.update_or_create(
            draw=draw,
            party=Party.objects.get(code=caller.party_code),
            defaults={
                "nonce_sha256": digest,
                "inspectors": names,
                "conflicts": rows,
                "joined_at": now,
                "joined_by": caller.actor[:80],
            },
        )
        named: object = names if accounts else len(names)
        said = {"nonce_sha256": digest, "inspectors": named, "conflicts": len(rows)}
        ledger.note("draw-joined", no, said)
        tell(ledger, draw)
    return part


def _require_sound(digest: str, names: Sequence[str]) -> None:
    if not _SHA256.fullmatch(digest):
        raise Malformed(
            "wrong-value",
            Text("nonce_sha256 应为 64 位十六进制。", "nonce_sha256 must be 64 hexadecimal digits."),
            at="nonce_sha256",
        )
    if (
        len(set(names)) != len(names)
        or len(names) > _MOST_PEOPLE
        or any(len(n) > _LONGEST_NAME for n in names)
    ):
        raise Malformed(
            "wrong-value",
            Text("检查人员姓名不得重复，每人至多 40 字。", "inspectors: each once, at most 40 characters."),
            at="inspectors",
        )


def _conflict(draw: Draw, names: Sequence[str], given: Mapping[str, str]) -> dict[str, str]:
    row = {key: str(given.get(key, "")).strip()[:200] for key in ("inspector", "unit", "reason")}
    units = {unit["id"] for unit in draw.frame["units"]}
    if row["inspector"] not in names or row["unit"] not in units or not row["reason"]:
        line = " · ".join(row.values())
        raise Malformed(
            "wrong-value",
            Text(
                f"回避一行应为本部门检查人员、名单中的单位代码和理由：{line}",
                f"An exclusion names one of your inspectors, a unit on the list and a reason: {line}",
            ),
            at="conflicts",
        )
    return row


def commit(caller: Caller, no: str, now: datetime) -> Draw:
    """Fix everything: another department than the one that prepared it, with a secret of its own deposited."""
    with writing(now, caller) as ledger:
        draw = locked(caller, no, Draw.State.PREPARED)
        part_of(draw, caller)
        law = registers.law_at(day_of(now), draw.place)
        parts = list(draw.parts.select_related("party").order_by("party__code"))
        _require_enough(draw, parts, caller, law, day_of(now))
        people = people_of(draw, parts, law)
        _require_teams(draw, people)
        draw.people, draw.header = people, header_of(draw, parts, people)
        draw.commitment, draw.committed_at = proof.digest(draw.header), now
        draw.state = Draw.State.COMMITTED
        entry = ledger.note("draw-committed", no, {"commitment": draw.commitment}, exact=True)
        draw.journal_number = entry.number
        draw.save(update_fields=FIXED)
        tell(ledger, draw)
    return draw


def _require_enough(draw: Draw, parts: Sequence[DrawPart], caller: Caller, law: Law, today: date) -> None:
    least = law.integer("draw.departments_min")
    if len(parts) < least:
        raise Conflict(
            "departments-missing",
            Text(
                f"至少要有 {least} 个部门交存秘密数，现有 {len(parts)} 个。",
                f"{least} departments must deposit a secret; {len(parts)} did.",
            ),
        )
    if draw.prepared_by.code == caller.party_code:
        raise NotAllowed(
            "not-by-the-same",
            Text(
                "编制名单的部门不能自己锁定，请另一参加部门核对后锁定。",
                "The department that prepared the list may not fix it: another one must.",
            ),
        )
    if any(date.fromisoformat(source["on"]) <= today for source in draw.frame["sources"]):
        raise Conflict(
            "source-known",
            Text(
                "有一个随机数来源的日期已到，不能再锁定；请作废后重新编制。",
                "The day of one source has come: the list can no longer be fixed. Void it and prepare a new one.",
            ),
        )


def _require_teams(draw: Draw, people: proof.Row) -> None:
    for unit in draw.frame["units"]:
        try:
            proof.teams("00" * 32, draw.period, [unit], people)
        except ValueError:
            raise Conflict(
                "no-team",
                Text(
                    f"{unit['name']}（{unit['id']}）没有两名不同部门、无须回避的检查人员。",
                    f"{unit['name']} ({unit['id']}) has no two inspectors of different departments who may visit it.",
                ),
            ) from None


def tell(ledger: Ledger, draw: Draw) -> None:
    """Tell every department that may take part the draw's state."""
    body = {"no": draw.no, "period": draw.period, "state": str(draw.state)}
    for code in Party.objects.filter(kind__in=DRAWERS, place=draw.place).values_list("code", flat=True):
        ledger.send(code, "draw", draw.no, body)
