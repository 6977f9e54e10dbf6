"""May a station work on a day: its standing and the certificates it must hold (B1, C1)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from imloop.facts.text import Reason, Text
from imloop.law import Law

_OPEN = {"istation": "networked", "mstation": "listed"}
_CLOSED = {
    "suspended": Text("暂停", "suspended"),
    "struck_off": Text("注销联网", "struck off"),
    "revoked": Text("取消资格", "revoked"),
    "withdrawn": Text("自愿退出", "withdrawn"),
}
_NAMES = {
    "cma": Text("检验检测机构资质认定（CMA）", "metrology accreditation (CMA)"),
    "filing": Text("机动车维修经营备案", "repair business filing"),
}


@dataclass(frozen=True, slots=True)
class StandingFact:
    """``until`` exclusive."""

    state: str
    since: date
    until: date | None = None
    decision_no: str = ""
    cite: str = ""

    def holds(self, day: date) -> bool:
        return self.since <= day and (self.until is None or day < self.until)


@dataclass(frozen=True, slots=True)
class CertificateFact:
    """A paper of the station itself; ``until`` is the first day on which it no longer holds."""

    kind: str
    number: str
    since: date
    until: date


def station_standing(
    kind: str,
    standings: Sequence[StandingFact],
    certificates: Sequence[CertificateFact],
    day: date,
    law: Law,
) -> tuple[Reason, ...]:
    """Why an ``istation`` or ``mstation`` may not work on the day (refusals), or what is doubtful (warnings). ``law``:
    of that day and place. Of a required certificate that is not on file there is only a warning: registers are taken
    over from lists that do not carry it."""
    closing = [each for each in standings if each.holds(day) and each.state in _CLOSED]
    if closing:
        return (_closed(max(closing, key=lambda each: each.since), law),)
    if not any(each.holds(day) and each.state == _OPEN[kind] for each in standings):
        return (_never_opened(kind, day, law),)
    required = law.words(f"{kind}.certificates")
    found = (_certificate(name, certificates, day, law) for name in required)
    return tuple(reason for reason in found if reason is not None)


_RESTORED = Text("恢复由作出决定的部门办理。", "The department that decided may restore it.")
_GONE = Text("再次从业应当重新申请：/apply。", "To work again it has to apply anew: /apply.")


def _closed(fact: StandingFact, law: Law) -> Reason:
    name = _CLOSED[fact.state]
    by = Text(f"（{fact.decision_no}）", f" ({fact.decision_no})") if fact.decision_no else Text("", "")
    until = Text(f"至 {fact.until}", f" until {fact.until}") if fact.until else Text("", "")
    return Reason(
        "station-not-active",
        Text(
            f"自 {fact.since} 起{until.zh}{name.zh}{by.zh}。",
            f"{name.en} from {fact.since}{until.en}{by.en}.",
        ),
        fact.cite or law.cite("station.networked_required"),
        _GONE if fact.state in ("struck_off", "revoked", "withdrawn") else _RESTORED,
        item=fact.state,
    )


def _never_opened(kind: str, day: date, law: Law) -> Reason:
    return Reason(
        "station-not-active",
        Text(f"在 {day} 未联网或未列入名录。", f"Not networked or listed on {day}."),
        law.cite("station.networked_required"),
        Text("请先申请：/apply。", "Apply first: /apply."),
        item=_OPEN[kind],
    )


def _certificate(kind: str, certificates: Sequence[CertificateFact], day: date, law: Law) -> Reason | None:
    name, key = _NAMES.get(kind, Text(kind, kind)), "certificate.lapsed"
    of_kind = [each for each in certificates if each.kind == kind]
    if not of_kind:
        return Reason(
            "certificate-missing",
            Text(f"没有登记{name.zh}。", f"No {name.en} is on file."),
            law.cite(key),
            Text("请登记证书。", "Enter the certificate."),
            item=kind,
            warning=True,
        )
    if any(each.since <= day < each.until for each in of_kind):
        return None
    last = max(of_kind, key=lambda each: each.until)
    return Reason(
        "certificate-lapsed",
        Text(
            f"{name.zh} {last.number} 在 {day} 无效（有效期 {last.since} 至 {last.until}，不含）。",
            f"{name.en} {last.number} is not valid on {day} ({last.since} to {last.until}, exclusive).",
        ),
        law.cite(key),
        Text("登记换发的证书后即恢复。", "It is restored as soon as the renewed certificate is entered."),
        item=kind,
        warning=law.word(key) != "refuse",
    )


def warnings_due(
    certificate: CertificateFact, warned: int | None, successor: bool, day: date, law: Law
) -> int | None:
    """How many days ahead a warning is now due, of the law's ``certificate.warning_days``; None: nothing to say.
    ``warned``: the last one given; ``successor``: a later certificate of the kind is on file."""
    left = (certificate.until - day).days
    if successor or left < 0:
        return None
    passed = [int(text) for text in law.words("certificate.warning_days") if left <= int(text)]
    if not passed or (warned is not None and min(passed) >= warned):
        return None
    return min(passed)
