"""The officers of a drawn visit: accounts, each of whom confirms by their own log-in that they were there. Who cannot
come is replaced by the next in the order that was drawn, never by anyone's choice."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from imloop.facts.days import day_of
from imloop.facts.refusal import Conflict, Malformed, NotAllowed, Unknown, require_reason
from imloop.facts.text import Text
from imloop.law import Law
from imloop.proof import draw as proof
from imloop.steps.accounts.staffing import may_manage
from imloop.steps.draws.numbers import seed_of
from imloop.steps.draws.prepare_draw import locked, part_of, the_draw
from imloop.steps.draws.roster import BY_ACCOUNT, by_accounts, least_officers, works_at
from imloop.steps.draws.seats import accounts_behind, called, department_of, standing, tell_offices
from imloop.steps.ground import registers
from imloop.steps.ground.access import Caller
from imloop.steps.ground.actor import Actor
from imloop.steps.ground.ledger import Ledger, writing
from imloop.steps.second_person.decide import confirm_within
from imloop.steps.second_person.on_site import VISIT, ask, asked, require_all
from imloop.steps.second_person.rules import rules_of
from imloop.store.models import Draw, DrawOfficer, DrawVisit, Proposal, User

_LONGEST = 400


def present(visit: DrawVisit, law: Law) -> set[str]:
    """User names of the officers who say that they are there: who began the visit, and who confirmed. On a day whose
    law asks for no confirmation all who stand."""
    there = {each.user.username for each in standing(visit)}
    if rules_of(VISIT.kind, law) is None:
        return there
    said = (
        asked(subject_of(visit))
        .filter(state=Proposal.State.CONFIRMED)
        .values_list("body__officer", flat=True)
    )
    return there & {Actor.read(visit.opened_by).person, *said}


def subject_of(visit: DrawVisit) -> str:
    return f"{visit.draw.no}/{visit.unit}"


def _law(visit: DrawVisit, now: datetime) -> Law:
    return registers.law_at(day_of(now), visit.draw.place)


def the_visit(draw: Draw, unit: str) -> DrawVisit:
    found = draw.visits.select_related("draw").filter(unit=unit).first()
    if found is None:
        raise Unknown("unknown-unit", Text(f"{unit} 没有被抽中。", f"{unit} was not drawn."))
    return found


def require_officer(caller: Caller, visit: DrawVisit) -> DrawOfficer:
    """Who takes a step of the visit on the site; that one prepared, fixed or voids the draw gives no part in it."""
    there = standing(visit)
    mine = next((each for each in there if each.user.username == caller.user), None)
    if mine is None:
        names = "、".join(called(each) for each in there) or "—"
        law = registers.law_at(day_of(visit.draw.prepared_at), visit.draw.place)
        raise NotAllowed(
            "not-an-officer",
            Text(
                f"只有抽中的检查人员本人可以办理，目前为：{names}。有人不能到场的，由本人或其单位负责人写明理由，由下一名接替。",
                f"Only the officers drawn for it act in this visit: {names} now. For one who cannot come, they or "
                "their department's head give the reason, and the next in order comes.",
            ),
            cite=law.cite(BY_ACCOUNT) if law.get(BY_ACCOUNT) else "",
        )
    return mine


def begin(ledger: Ledger, visit: DrawVisit, law: Law) -> None:
    """Who begins says by that that they are there; all others who were drawn are asked."""
    require_officer(ledger.caller, visit)
    there = standing(visit)
    barred = [each for each in there if works_at(each.user, {"id": visit.unit, "name": visit.name})]
    if barred:
        names = "、".join(called(each) for each in barred)
        raise Conflict(
            "officer-conflicted",
            Text(
                f"{names} 在该单位任职或者曾任职，应当回避：请本人或其单位负责人写明理由，由下一名接替，再开始检查。",
                f"{names} works or worked there: they or their department's head have them step back, the next in "
                "order comes, and then the visit begins.",
            ),
        )
    visit.opened_by = ledger.caller.actor[:80]
    _ask(ledger, visit, [each.user for each in there], law)


def _ask(ledger: Ledger, visit: DrawVisit, officers: Sequence[User], law: Law) -> list[str]:
    body = {"checked_on": day_of(ledger.now).isoformat(), "page": f"/draws/{visit.draw.no}"}
    return ask(ledger, officers, subject_of(visit), body, law, f"随机抽查：{visit.name}")


def require_present(caller: Caller, visit: DrawVisit, outcome: str, law: Law) -> bool:
    """A result is entered by an officer who was there, and takes as many as were fixed. Where nobody is left who could
    stand in, only that the visit was impossible may be said, by an officer or a head of a department taking part.
    Returns whether it must have begun."""
    least, there = least_officers(visit.draw), standing(visit)
    if outcome == DrawVisit.Outcome.IMPOSSIBLE and len(there) < least:
        if not (caller.user and may_manage(caller, caller.party_code, visit.planned_on)):
            require_officer(caller, visit)
        return False
    require_officer(caller, visit)
    if visit.opened_on is None:
        return True
    said = present(visit, law)
    lacking = [called(each) for each in there if each.user.username not in said]
    if caller.user not in said or len(said) < least:
        require_all(lacking, law)
        raise Conflict(
            "too-few-officers",
            Text(
                f"现场检查人员 {len(said)} 人，应有 {least} 人以上；无人接替的，只能记录“未能检查”。",
                f"{len(said)} officers, and the law asks for {least}; where nobody is left to stand in, only "
                "“impossible” may be recorded.",
            ),
            cite=law.cite("procedure.officers"),
        )
    return True


def confirm_presence(caller: Caller, no: str, unit: str, now: datetime) -> Proposal:
    """The caller was there, and says so: one click."""
    with writing(now, caller) as ledger:
        draw = the_draw(caller, no)
        row = asked(f"{draw.no}/{unit}").filter(body__officer=caller.user, state__in=Proposal.OPEN).first()
        if row is None:
            raise Conflict(
                "not-asked",
                Text(
                    "没有等您确认的检查：开始检查后，抽中的人员才会被请求确认；已过期限的，请同行人员再次请您确认。",
                    "No visit waits for your word: officers are asked once it has begun. If the time is over, have "
                    "your colleague ask again.",
                ),
            )
        return confirm_within(ledger, row.pk, "")


def ask_again(caller: Caller, no: str, unit: str, now: datetime) -> list[str]:
    """By an officer who is there, those whom nothing asks any more: the time lapsed, or they came as the next."""
    with writing(now, caller) as ledger:
        draw = _of_accounts(caller, no)
        visit = the_visit(draw, unit)
        require_officer(caller, visit)
        law = _law(visit, now)
        missing = unasked(visit, law)
        others = [each.user for each in missing if each.user.username != caller.user]
        if not others:
            raise Conflict(
                "nobody-to-ask",
                Text("没有需要再次请求确认的人员。", "There is nobody who has to be asked again."),
            )
        names = _ask(ledger, visit, others, law)
        ledger.note("draw-officers-asked", no, {"unit": unit, "officers": names})
    return names


def unasked(visit: DrawVisit, law: Law) -> list[DrawOfficer]:
    """Who stands, has not confirmed, and is not asked: of a visit that has begun."""
    if visit.opened_on is None or visit.outcome:
        return []
    said = present(visit, law)
    waits = set(
        asked(subject_of(visit)).filter(state__in=Proposal.OPEN).values_list("body__officer", flat=True)
    )
    return [each for each in standing(visit) if each.user.username not in said | waits]


def _of_accounts(caller: Caller, no: str) -> Draw:
    draw = locked(caller, no, Draw.State.DRAWN)
    part_of(draw, caller)
    if not by_accounts(draw):
        raise Conflict(
            "draw-by-name",
            Text(
                "这次抽取按姓名列检查人员，不经账号确认。",
                "This draw names its inspectors; none of them confirms by an account.",
            ),
        )
    return draw


def step_back(
    caller: Caller, no: str, unit: str, *, officer: str, ground: str, reason: str, now: datetime
) -> DrawOfficer | None:
    """By themselves, or by who manages their department's people. The next in order is seated, and returned; None where
    nobody is left. Whose turn it is follows from the seed: nobody sends a colleague away to come in their place."""
    if ground not in DrawOfficer.Ground.values:
        names = "、".join(DrawOfficer.Ground.values)
        raise Malformed(
            "wrong-value", Text(f"ground 应为 {names}。", f"ground: one of {names}."), at="ground"
        )
    with writing(now, caller) as ledger:
        draw = _of_accounts(caller, no)
        visit = the_visit(draw, unit)
        if visit.outcome:
            raise Conflict("visit-recorded", Text("这次检查已有结果。", "This visit already has its result."))
        law = _law(visit, now)
        rules = rules_of(VISIT.kind, law)
        require_reason(
            reason, _LONGEST, least=rules.least if rules else 1, cite=rules.cite_reason if rules else ""
        )
        row = next((each for each in standing(visit) if each.user.username == officer.strip()), None)
        if row is None:
            raise Unknown(
                "no-such-officer-here",
                Text(f"{officer} 不是这次检查的人员。", f"{officer} is no officer of this visit."),
            )
        _require_may_send_back(caller, visit, row, ground, now)
        after = _next(draw, visit, row)
        if after is not None and after[1].username == caller.user:
            raise NotAllowed(
                "next-oneself",
                Text(
                    "下一名就是您本人：不能由您让同事退出，请其本人或另一名负责人办理。",
                    "You are the next in order yourself: let the colleague step back, or another head.",
                ),
            )
        seated = _replace(ledger, visit, row, after, ground, reason.strip())
        if seated is not None and visit.opened_on is not None:
            _ask(ledger, visit, [seated.user], law)
    return seated


def _require_may_send_back(
    caller: Caller, visit: DrawVisit, row: DrawOfficer, ground: str, now: datetime
) -> None:
    """Who was there was not absent, and is sent away by nobody else: what they saw would go with them."""
    own = caller.user == row.user.username
    there = visit.opened_on is not None and row.user.username in present(visit, _law(visit, now))
    if there and not (own and ground == DrawOfficer.Ground.CONFLICTED):
        raise Conflict(
            "officer-was-there",
            Text(
                f"{called(row)} 已确认到场，只有本人可以因应当回避而退出。",
                f"{called(row)} has confirmed having been there: only they may step back, as conflicted.",
            ),
        )
    if own or may_manage(caller, department_of(row), day_of(now)):
        return
    raise NotAllowed(
        "not-yours-to-send-back",
        Text(
            f"由 {called(row)} 本人或其单位（{department_of(row)}）负责人办理。",
            f"{called(row)} or the head of their department ({department_of(row)}) does this.",
        ),
    )


def _next(draw: Draw, visit: DrawVisit, row: DrawOfficer) -> tuple[str, User] | None:
    assert draw.people is not None
    team = list(visit.officers.values_list("number", flat=True))
    staying = [each.number for each in standing(visit) if each.pk != row.pk]
    number = proof.stand_in(seed_of(draw), draw.period, visit.unit, draw.people, team, staying)
    return (number, accounts_behind(draw)[number]) if number else None


def _replace(
    ledger: Ledger,
    visit: DrawVisit,
    row: DrawOfficer,
    after: tuple[str, User] | None,
    ground: str,
    reason: str,
) -> DrawOfficer | None:
    row.ground, row.reason, row.stand_in = ground, reason, after[0] if after else ""
    row.left_at, row.left_by = ledger.now, ledger.caller.actor[:80]
    row.left_as = visit.officers.exclude(left_at=None).count() + 1
    row.save(update_fields=["ground", "reason", "stand_in", "left_at", "left_by", "left_as"])
    seated = DrawOfficer.objects.create(visit=visit, number=after[0], user=after[1]) if after else None
    said = {
        "unit": visit.unit,
        "officer": row.user.username,
        "ground": ground,
        "reason": reason,
        "next": after[1].username if after else "",
    }
    ledger.note("draw-officer-stepped-back", visit.draw.no, said)
    gone = {"stepped_back": row.user.username, "ground": ground}
    tell_offices(ledger, visit.draw, [seated] if seated else [], **gone)
    if seated is None or department_of(seated) != department_of(row):
        ledger.send(
            department_of(row), "draw-officers", visit.draw.no, {"no": visit.draw.no, "officers": [], **gone}
        )
    return seated


def officers_json(visit: DrawVisit) -> dict[str, object]:
    """As published, by numbers: who was there, and who came next for whom. Why somebody could not come stays inside."""
    law = registers.law_at(visit.opened_on or visit.planned_on, visit.draw.place)
    said = present(visit, law) if visit.opened_on else set()
    gone = visit.officers.exclude(left_at=None).order_by("left_as")
    return {
        "officers": [each.number for each in standing(visit) if each.user.username in said],
        "stepped_back": [{"id": each.number, "ground": each.ground, "next": each.stand_in} for each in gone],
    }
