"""Approved prices, and what stations report to have charged (B5)."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from datetime import date, datetime
from decimal import Decimal

from django.db.models import F, Q

from imloop.facts.codes import METHOD_NAMES, Method
from imloop.facts.days import day_of
from imloop.facts.refusal import Conflict, Malformed, NotAllowed
from imloop.facts.text import Text
from imloop.gates.prices.charge import Price
from imloop.steps.ground import registers
from imloop.steps.ground.access import Caller, covers, place_prefix, require_kind
from imloop.steps.ground.ledger import Ledger, writing
from imloop.steps.second_person.kinds import Act, Body, register
from imloop.steps.second_person.propose import do_or_propose
from imloop.steps.second_person.rules import rules_of
from imloop.store.models import Fee, Party, PartyKind, Proposal
from imloop.store.statements import rows

_IN_FORCE = (
    "since <= %s AND (until IS NULL OR until > %s)"
    " AND (station_id = %s OR (station_id IS NULL AND place IN (%s, %s, %s, %s)))"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class NewPrice:
    """An approved price. ``station`` empty: for the whole place; ``until``: the first day on which it no longer holds;
    ``cite``: the document that approves it."""

    place: str
    station: str = ""
    method: str
    yuan: Decimal
    since: date
    until: date | None = None
    cite: str


def set_price(caller: Caller, price: NewPrice, now: datetime) -> Fee | Proposal:
    """Publish a price for a place, or for one station of it. A price without an end ends the day the new one begins.
    An administrator enters the first price of a method, so that a city can begin; then the market regulator does."""
    require_kind(caller, PartyKind.MARKET, PartyKind.ADMIN)
    place, station, method = price.place, price.station, price.method
    since, until = price.since, price.until
    if not covers(caller.place, place):
        raise NotAllowed(
            "not-your-place", Text(f"{place} 不归本部门管辖。", f"{place} is outside your area.")
        )
    _require_sound(method, price.yuan, since, until, price.cite)
    where = registers.party(station, PartyKind.ISTATION) if station else None
    if where is not None and not covers(place, where.place):
        raise Malformed(
            "wrong-value", Text(f"{station} 不在 {place}。", f"{station} is not in {place}."), at="station"
        )
    law = registers.law_at(day_of(now), place)
    if rules := rules_of(PRICE.kind, law):
        rules.require_words(cite=price.cite)
        rules.require_begin(since, now, at="since")
    with writing(now, caller) as ledger:
        subject = f"{place}/{station or '*'}/{method}"
        made: Fee | Proposal = do_or_propose(ledger, PRICE, subject, _plain(price), law, reason=price.cite)
    return made


def _plain(price: NewPrice) -> dict[str, object]:
    return {**asdict(price), "yuan": f"{price.yuan:.2f}", "cite": price.cite.strip()}


def _publish(ledger: Ledger, by: Caller, subject: str, body: Body) -> Fee:
    place, station, method = body["place"], body["station"], body["method"]
    since = date.fromisoformat(body["since"])
    until = date.fromisoformat(body["until"]) if body["until"] else None
    if rules := rules_of(PRICE.kind, registers.law_at(day_of(ledger.now), place)):
        rules.require_begin(since, ledger.now, at="since")
    where = registers.party(station, PartyKind.ISTATION) if station else None
    if by.kind == PartyKind.ADMIN and Fee.objects.filter(place=place, station=where, method=method):
        raise NotAllowed(
            "market-decides",
            Text(
                "已有收费标准，由市场监管部门更改。",
                "There is a price already: the market regulator changes it.",
            ),
        )
    _make_room(place, where, method, since, until)
    said = {"yuan": Decimal(body["yuan"]), "since": since, "until": until, "cite": body["cite"]}
    fee = Fee.objects.create(place=place, station=where, method=method, **said)
    noted = {name: body[name] for name in ("yuan", "since", "until", "cite")}
    ledger.note("price-set", subject, noted)
    return fee


def _shows(row: Proposal) -> list[tuple[Text, str]]:
    body = row.body
    shown = [
        (Text("检验机构", "station"), body["station"]),
        (Text("方法", "method"), METHOD_NAMES[Method(body["method"])].zh),
        (Text("元", "yuan"), body["yuan"]),
        (Text("起", "from"), body["since"]),
        (Text("止", "until"), body["until"] or ""),
    ]
    return [pair for pair in shown if pair[1]]


PRICE = register(
    Act(
        kind="price",
        name=Text("公布收费标准", "publish a price"),
        carry_out=_publish,
        link=lambda row: "/prices",
        shows=_shows,
    )
)


def prices_at(station: Party, day: date) -> list[Price]:
    """The prices in force for a station on a day: its own, its place's and those of the places around it."""
    around = [station.place, f"{station.place[:4]}00", f"{station.place[:2]}0000", "000000"]
    found = rows(Fee, _IN_FORCE, [day, day, station.pk, *around])
    return [
        Price(
            row.place,
            station.code if row.station_id else "",
            Method(row.method),
            row.yuan,
            row.since,
            row.until,
            row.cite,
        )
        for row in found
    ]


def price_list(place: str, day: date) -> list[dict[str, object]]:
    """Public: the prices in force in a place on a day, those of single stations included."""
    found = Fee.objects.filter(
        Q(since__lte=day) & (Q(until__isnull=True) | Q(until__gt=day)), place__startswith=place_prefix(place)
    ).select_related("station")
    return [
        {
            "place": row.place,
            "station": row.station.code if row.station else None,
            "method": row.method,
            "yuan": f"{row.yuan:.2f}",
            "since": row.since.isoformat(),
            "until": row.until.isoformat() if row.until else None,
            "cite": row.cite,
        }
        for row in found.order_by("place", "method", F("station__code").asc(nulls_first=True))
    ]


def _require_sound(method: str, yuan: Decimal, since: date, until: date | None, cite: str) -> None:
    if method not in list(Method):
        raise Malformed("wrong-value", Text(f"没有检验方法 {method}。", f"No method {method}."), at="method")
    if not 0 <= yuan < 100_000:
        raise Malformed(
            "wrong-value", Text(f"金额 {yuan} 不合理。", f"An amount of {yuan} is not plausible."), at="yuan"
        )
    if until is not None and until <= since:
        raise Malformed(
            "ends-before-start",
            Text(f"{until} 不晚于 {since}。", f"{until} is not after {since}."),
            at="until",
        )
    if not cite.strip():
        raise Malformed("missing", Text("请填写核定文件。", "Name the decision behind the price."), at="cite")


def _make_room(place: str, station: Party | None, method: str, since: date, until: date | None) -> None:
    """End the open price that the new one follows; refuse to overlap any other."""
    same = Fee.objects.filter(place=place, station=station, method=method)
    same.filter(until__isnull=True, since__lt=since).update(until=since)
    later = same.filter(Q(until__isnull=True) | Q(until__gt=since))
    if until is not None:
        later = later.filter(since__lt=until)
    clash = later.order_by("since").first()
    if clash is not None:
        name = METHOD_NAMES[Method(method)]
        span = f"{clash.since}—{clash.until or ''}"
        raise Conflict(
            "overlaps",
            Text(
                f"{name.zh} 已有 {span} 的收费标准 {clash.yuan} 元。",
                f"{name.en} already has a price of {clash.yuan} yuan, {span}.",
            ),
        )
