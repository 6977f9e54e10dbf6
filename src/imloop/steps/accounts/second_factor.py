"""A second factor at log-in: codes by time (TOTP, RFC 6238), ten recovery codes, each code works once."""

from __future__ import annotations

import hashlib
import secrets
from datetime import datetime

import pyotp
from django.conf import settings

from imloop.facts.refusal import Malformed, NotAllowed
from imloop.facts.text import Text
from imloop.steps.ground.access import caller_of
from imloop.steps.ground.ledger import writing
from imloop.store.models import PartyKind, SecondFactor, User
from imloop.store.models.registers.stations import DEPARTMENTS

_RECOVERY = 10
_STEP = 30


def is_required(user: User) -> bool:
    """Departments and administrators, unless the installation says otherwise."""
    kind = user.party.kind if user.party else ""
    return settings.DEPARTMENT_TOTP and (kind in DEPARTMENTS or kind == PartyKind.ADMIN)


def confirmed(user: User) -> SecondFactor | None:
    return SecondFactor.objects.filter(user=user, confirmed_at__isnull=False).first()


def begin(user: User) -> SecondFactor:
    """The secret to be scanned; the same until it is confirmed."""
    return SecondFactor.objects.get_or_create(user=user, defaults={"secret": pyotp.random_base32(32)})[0]


def address(factor: SecondFactor) -> str:
    """What the QR code says."""
    return pyotp.TOTP(factor.secret).provisioning_uri(name=factor.user.username, issuer_name="imloop")


def confirm(user: User, code: str, now: datetime) -> list[str]:
    """Turn it on with a first right code; returns the recovery codes, shown only once."""
    codes = [secrets.token_hex(5) for _ in range(_RECOVERY)]
    with writing(now, caller_of(user)) as ledger:
        factor = begin(user)
        if factor.confirmed_at is not None:
            raise NotAllowed("second-factor-on", Text("已启用动态口令。", "The second factor is on already."))
        if not _is_right(factor, code, now):
            raise Malformed(
                "wrong-code",
                Text("动态口令不对，请核对手机时间。", "Wrong code; check the phone's clock."),
                at="code",
            )
        factor.confirmed_at, factor.recovery = now, [_sha(each) for each in codes]
        factor.save()
        ledger.note("second-factor-on", user.username, {})
    return codes


def check(user: User, code: str, now: datetime) -> bool:
    """A code of now, or a recovery code; either works once."""
    factor = confirmed(user)
    if factor is None:
        return False
    if _is_right(factor, code, now):
        return True
    given = _sha(code.strip().lower())
    if given not in factor.recovery:
        return False
    factor.recovery = [each for each in factor.recovery if each != given]
    factor.save(update_fields=["recovery"])
    return True


def _is_right(factor: SecondFactor, code: str, now: datetime) -> bool:
    """One step of tolerance on both sides, never the same step twice."""
    text = code.replace(" ", "")
    totp, step = pyotp.TOTP(factor.secret), int(now.timestamp()) // _STEP
    for each in (step - 1, step, step + 1):
        if each > factor.last_step and secrets.compare_digest(totp.at(each * _STEP).encode(), text.encode()):
            return SecondFactor.objects.filter(pk=factor.pk, last_step__lt=each).update(last_step=each) == 1
    return False


def forget(user: User) -> None:
    """The next log-in by password sets up a new one."""
    SecondFactor.objects.filter(user=user).delete()


def turn_off(user: User, code: str, now: datetime) -> None:
    """By the person, with a code; not where it is required."""
    if is_required(user):
        raise NotAllowed(
            "second-factor-required", Text("主管部门须启用动态口令。", "Departments need a second factor.")
        )
    with writing(now, caller_of(user)) as ledger:
        if not check(user, code, now):
            raise Malformed("wrong-code", Text("动态口令不对。", "Wrong code."), at="code")
        forget(user)
        ledger.note("second-factor-off", user.username, {})


def _sha(code: str) -> str:
    return hashlib.sha256(code.encode()).hexdigest()
