"""The environment department enters its sites beside the road and their instruments, with what Penalty Law 41 asks."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import asdict, dataclass
from datetime import date, datetime

from imloop.facts.identifiers import is_number
from imloop.facts.refusal import Conflict, Malformed
from imloop.facts.text import Text
from imloop.steps.ground.access import Caller, require_kind
from imloop.steps.ground.ledger import writing
from imloop.steps.ground.lookups import nothing_there
from imloop.steps.remote_sensing.texts import INSTRUMENT_KINDS, SITE_KINDS
from imloop.store.models import Party, PartyKind, RemoteInstrument, RemoteSite


@dataclass(frozen=True, slots=True, kw_only=True)
class NewSite:
    """``published_on``: since when its place is public; ``geometry_ok``: whether beam and camera were checked on site;
    None: nobody did. A day left out: it did not happen."""

    code: str
    name: str
    kind: str
    road: str = ""
    lanes: int | None = None
    direction: str = ""
    longitude: float | None = None
    latitude: float | None = None
    slope_pct: float | None = None
    geometry_ok: bool | None = None
    sign: bool = False
    published_on: date | None = None
    legal_review_on: date | None = None
    technical_review_on: date | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class NewInstrument:
    """One certificate of an instrument. ``site``: its code; ``verified_until``: the last day."""

    site: str
    kind: str
    model: str
    serial: str
    verified_from: date
    verified_until: date
    maker: str = ""
    certificate: str = ""
    conforms: bool = False


def enter_site(caller: Caller, wanted: NewSite, now: datetime) -> RemoteSite:
    """A new site, or what is now known of one; what was said of it before is in the journal. A day on which it was
    published or reviewed is not moved back: earlier readings do not become evidence afterwards."""
    require_kind(caller, PartyKind.ENVIRONMENT)
    _require_words(code=(wanted.code, 64), name=(wanted.name, 80))
    if not is_number(wanted.code):
        raise _wrong("code", "只能用字母、数字、汉字和 -_.:", "use letters, digits, Chinese and -_.: only")
    _require_known("kind", wanted.kind, SITE_KINDS)
    _require_within(wanted)
    with writing(now, caller) as ledger:
        office = Party.objects.get(code=caller.party_code)
        before = RemoteSite.objects.filter(office=office, code=wanted.code).first()
        _require_no_earlier(before, wanted)
        said = asdict(wanted)
        row, new = RemoteSite.objects.update_or_create(office=office, code=wanted.code, defaults=said)
        ledger.note("remote-site-entered", f"{office.code}/{row.code}", {**said, "new": new})
    return row


def enter_instrument(caller: Caller, wanted: NewInstrument, now: datetime) -> RemoteInstrument:
    """An instrument with one certificate; the same one again changes nothing."""
    require_kind(caller, PartyKind.ENVIRONMENT)
    _require_words(model=(wanted.model, 60), serial=(wanted.serial, 40))
    _require_known("kind", wanted.kind, INSTRUMENT_KINDS)
    if wanted.verified_until < wanted.verified_from:
        raise _wrong("verified_until", "不能早于检定日期", "must not be before the day of verification")
    with writing(now, caller) as ledger:
        site = RemoteSite.objects.filter(office__code=caller.party_code, code=wanted.site).first()
        if site is None:
            raise nothing_there("site", wanted.site)
        said = {name: value for name, value in asdict(wanted).items() if name != "site"}
        key = {name: said.pop(name) for name in ("kind", "serial", "verified_from")}
        row, new = RemoteInstrument.objects.get_or_create(site=site, **key, defaults=said)
        if not new and any(getattr(row, name) != value for name, value in said.items()):
            words = Text(
                "同一检定日期已另有登记。", "This certificate was entered before and says something else."
            )
            raise Conflict("certificate-differs", words, at="verified_from")
        if new:
            ledger.note("remote-instrument-entered", f"{caller.party_code}/{site.code}", {**key, **said})
    return row


def _require_no_earlier(before: RemoteSite | None, wanted: NewSite) -> None:
    for name in ("published_on", "legal_review_on", "technical_review_on"):
        known, said = getattr(before, name, None), getattr(wanted, name)
        if known is not None and said is not None and said < known:
            raise _wrong(name, f"已登记为 {known}，不能提前", f"is {known} already and is not moved back")


def _require_within(wanted: NewSite) -> None:
    for name, most in (("longitude", 180), ("latitude", 90), ("slope_pct", 30), ("lanes", 20)):
        value = getattr(wanted, name)
        if value is not None and not -most <= value <= most:
            raise _wrong(name, f"应在 ±{most} 之间", f"must lie within ±{most}")
    for name, longest in (("road", 80), ("direction", 40)):
        if len(getattr(wanted, name)) > longest:
            raise _wrong(name, f"至多 {longest} 字", f"at most {longest} characters")


def _require_words(**given: tuple[str, int]) -> None:
    for name, (text, longest) in given.items():
        if not 0 < len(text.strip()) <= longest:
            raise _wrong(name, f"必填，至多 {longest} 字", f"1 to {longest} characters")


def _require_known(name: str, value: str, known: Iterable[str]) -> None:
    if value not in known:
        raise _wrong(name, f"可选 {' '.join(known)}", f"choose one of {' '.join(known)}")


def _wrong(name: str, zh: str, en: str) -> Malformed:
    return Malformed("wrong-value", Text(f"{zh}。", f"{en}."), at=name)
