"""A reward is collected without a name: by the code given at intake, and a number that is drawn once when collecting.

Who pays sees both and the sum, never the complaint; who handles the complaint sees that something is due, never to
whom. Whoever pays is marked as such by the head of their party, and sees no complaint at all.
"""

from __future__ import annotations

import hashlib
import secrets
from dataclasses import dataclass
from datetime import date, datetime

from django.db.models import QuerySet

from imloop.facts.days import day_of
from imloop.facts.refusal import Conflict, Malformed, NotAllowed, Unknown, Unlawful
from imloop.facts.text import Text
from imloop.matters import Role, Step
from imloop.matters.complaints.rewards import yuan
from imloop.steps.complaints.payment_code import hash_of
from imloop.steps.ground import registers
from imloop.steps.ground.access import PUBLIC, Caller, place_prefix
from imloop.steps.ground.ledger import writing
from imloop.steps.matters.roles import is_payer
from imloop.steps.matters.take_step import step_on
from imloop.store.models import Matter, Reward

_DIGITS = 8
LONGEST_RECEIPT = 40


@dataclass(frozen=True, slots=True)
class Drawn:
    """For whoever collects. ``secret``: shown this once; a new one makes it void."""

    yuan: str
    collect_by: date
    secret: str


def draw(code: str, now: datetime) -> Drawn:
    """The reporter shows the code of the intake and gets the number to show with it where it is paid."""
    with writing(now, PUBLIC) as ledger:
        reward = _due(code, day_of(now))
        secret = f"{secrets.randbelow(10**_DIGITS):0{_DIGITS}}"
        reward.secret_sha256 = _hash(reward, secret)
        reward.save(update_fields=["secret_sha256"])
        ledger.note("reward-drawn", f"reward {reward.pk}", {})
        assert reward.fen is not None and reward.collect_by is not None
        return Drawn(yuan(reward.fen), reward.collect_by, secret)


def pay(caller: Caller, code: str, secret: str, receipt_no: str, now: datetime) -> Reward:
    """The sum is handed over against code and number; when all of a complaint are paid, it is closed."""
    number = receipt_no.strip()
    if not number or len(number) > LONGEST_RECEIPT:
        words = Text(
            f"请填支付凭证号，至多 {LONGEST_RECEIPT} 字。",
            f"Give the number of the receipt, of {LONGEST_RECEIPT} characters at most.",
        )
        raise Malformed("missing", words, at="receipt_no")
    with writing(now, caller) as ledger:
        require_payer(caller)
        reward = _due(code, day_of(now))
        row = reward.complaint.matter
        if not row.place.startswith(place_prefix(caller.place)):
            raise _no_such_code()
        if not reward.secret_sha256 or reward.secret_sha256 != _hash(reward, secret.strip()):
            words = Text(
                "领取号不对；每个领取号只用一次。", "That number does not fit; each is good for once."
            )
            raise Malformed("wrong-secret", words, at="secret")
        reward.paid_at, reward.paid_by, reward.receipt_no = now, caller.user, number
        reward.secret_sha256 = ""
        reward.save()
        ledger.note("reward-paid", f"reward {reward.pk}", {"fen": reward.fen, "receipt": number})
        if not row.complaint.rewards.filter(paid_at__isnull=True).exists():
            law = registers.law_at(day_of(now), row.place)
            step_on(ledger, row, Step.PAY_REWARD, {}, frozenset({Role.PAYER}), law)
        return reward


def to_pay(caller: Caller) -> QuerySet[Reward]:
    """Sums and days alone, for whoever pays: the last paid first."""
    require_payer(caller)
    place = place_prefix(caller.place)
    found = Reward.objects.filter(complaint__matter__place__startswith=place, paid_at__isnull=False)
    return found.order_by("-paid_at").only("fen", "paid_at", "paid_by", "receipt_no")


def require_payer(caller: Caller) -> None:
    if is_payer(caller):
        return
    raise NotAllowed(
        "not-a-payer",
        Text(
            "由本单位负责人指定的支付人员办理；支付人员看不到任何举报。",
            "Done by people whom the head of the party marked as paying rewards; they see no complaint.",
        ),
    )


def _due(code: str, today: date) -> Reward:
    found = Reward.objects.select_related("complaint__matter").filter(code_sha256=hash_of(code)).first()
    if found is None:
        raise _no_such_code()
    if found.paid_at is not None:
        raise Conflict("paid-already", Text("该奖励已经领取。", "That reward has been collected."))
    if found.fen is None:
        words = Text("还没有到奖励的环节。", "Nothing is due yet.")
        raise Conflict("nothing-due", words)
    assert found.collect_by is not None
    if found.collect_by < today:
        law = registers.law_at(today, found.complaint.matter.place)
        raise Unlawful(
            "collect-time-over",
            Text(f"领取期限 {found.collect_by} 已过。", f"It could be collected until {found.collect_by}."),
            cite=law.cite("reward.collect_days"),
        )
    return found


def _no_such_code() -> Unknown:
    return Unknown("unknown-code", Text("没有这个领奖码。", "There is no such code."))


def _hash(reward: Reward, secret: str) -> str:
    return hashlib.sha256(f"{reward.code_sha256} {secret}".encode()).hexdigest()


def rewards_of(row: Matter) -> list[Reward]:
    """For who handles the complaint: what is due and what is paid, to nobody by name."""
    return list(row.complaint.rewards.order_by("id").defer("code_sha256", "secret_sha256"))
