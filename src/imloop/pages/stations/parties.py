"""A station's register page for its departments and itself, and what everyone may read of it (B1, B6)."""

from __future__ import annotations

from datetime import date

from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from imloop.facts.codes import INSTRUMENT_NAMES, METHOD_NAMES, Method
from imloop.facts.days import day_of
from imloop.facts.items import ITEMS
from imloop.law import Law
from imloop.law.sentences import hotline
from imloop.pages.choices import station_kinds
from imloop.pages.guard import desk, of_one_moment, page, public, words
from imloop.pages.matters.matters import published
from imloop.pages.matters.penalty import DEPARTMENTS
from imloop.pages.stations.party_forms import act
from imloop.pages.tables import Columns, as_file, query_of
from imloop.pages.templatetags.imloop_tags import CERTIFICATE_KINDS, STAFF_ROLES
from imloop.steps.ground import clock, registers
from imloop.steps.ground.access import OFFICES, Caller
from imloop.steps.matters import lookups as matter_lookups
from imloop.steps.prices.publish_price import price_list
from imloop.steps.stations import lookups, standing
from imloop.steps.stations.certificates import Expiring, certificates_of, expiring
from imloop.steps.stations.staff import staff_of
from imloop.steps.stations.station_facts import StationFacts, facts_of
from imloop.store.models import Certificate, Party, PartyKind
from imloop.verdict.arithmetic import printed

_ENTERS = {
    PartyKind.ISTATION: (PartyKind.MARKET, PartyKind.ENVIRONMENT),
    PartyKind.MSTATION: (PartyKind.TRANSPORT, PartyKind.MARKET),
}
_STAFFS = {PartyKind.ISTATION: PartyKind.ENVIRONMENT, PartyKind.MSTATION: PartyKind.TRANSPORT}
SHOWN = 200


@desk(*OFFICES, *lookups.STATIONS)
@of_one_moment
def register_page(request: HttpRequest, caller: Caller, code: str) -> HttpResponse:
    """Standing, certificates, staff, lines; the forms for those who maintain them."""
    station = lookups.kept_station(caller, code)
    context: dict[str, object] = {}
    if request.method == "POST":
        act(caller, code, request.POST)
        return redirect(f"/parties/{code}")
    today = day_of(clock.now())
    law, facts = registers.law_at(today, station.place), facts_of(station)
    own = caller.party_code == code
    kind = PartyKind(station.kind)
    context |= {
        "station": station,
        "reasons": [reason.to_json() for reason in facts.reasons(today, law)],
        "active": facts.is_active(today, law),
        "standings": station.standings.select_related("matter").order_by("-since", "-id"),
        **_papers(certificates_of(caller, code), today),
        "staff": staff_of(caller, code),
        "lines": facts.lines,
        "instruments": [
            each.serial for line in facts.lines for each in line.instruments if each.until is None
        ],
        "may_certify": caller.kind in _ENTERS[kind],
        "may_staff": own or caller.kind == _STAFFS[kind],
        "may_contact": own,
        "may_equip": kind is PartyKind.ISTATION and caller.kind == PartyKind.ENVIRONMENT,
        "methods": [(method.value, words(name)) for method, name in METHOD_NAMES.items()],
        "instrument_kinds": [(each.value, words(name)) for each, name in INSTRUMENT_NAMES.items()],
        "kinds": [(name, words(text)) for name, text in CERTIFICATE_KINDS.items()],
        "roles": [(role, words(text)) for role, text in STAFF_ROLES.items()],
        "today": today,
    }
    return page(request, caller, "stations/party.html", context)


def _papers(rows: list[Certificate], today: date) -> dict[str, object]:
    """The last certificate of each kind and instrument, and, separately, the earlier ones."""
    current: dict[tuple[str, int | None], Certificate] = {}
    for row in rows:
        current.setdefault((row.kind, row.equipment_id), row)
    last = set(current.values())
    split: tuple[list[tuple[Certificate, int]], list[tuple[Certificate, int]]] = ([], [])
    for row in rows:
        split[row not in last].append((row, (row.until - today).days))
    return {"certificates": sorted(split[0], key=lambda each: each[1]), "former": split[1]}


@desk(*DEPARTMENTS, *lookups.STATIONS)
def certificates(request: HttpRequest, caller: Caller) -> HttpResponse:
    """What ends soon or has lapsed, the most urgent first."""
    found = expiring(caller, clock.now())
    columns: Columns[Expiring] = {
        _("站点"): lambda row: row.party.name,
        _("种类"): lambda row: words(CERTIFICATE_KINDS[row.certificate.kind]),
        _("证号"): lambda row: row.certificate.number,
        _("失效日（不含）"): lambda row: row.certificate.until,
        _("剩余天数"): lambda row: row.days,
    }
    if file := as_file(request, caller, "certificates", columns, found):
        return file
    return page(request, caller, "stations/certificates.html", {"found": found, "query": query_of(request)})


@desk(*DEPARTMENTS)
def stations(request: HttpRequest, caller: Caller) -> HttpResponse:
    """The stations of a department's place, with today's state."""
    found = _search(caller, request.GET)
    columns: Columns[tuple[Party, bool]] = {
        _("代码"): lambda row: row[0].code,
        _("名称"): lambda row: row[0].name,
        _("种类"): lambda row: row[0].get_kind_display(),
        _("状态"): lambda row: _("可以营业") if row[1] else _("不得营业"),
        _("地址"): lambda row: row[0].address,
        _("电话"): lambda row: row[0].phone,
        _("统一社会信用代码"): lambda row: row[0].uscc,
    }
    if file := as_file(request, caller, "parties", columns, found):
        return file
    context = {
        "found": found,
        "typed": request.GET,
        "kinds": station_kinds(),
        "query": query_of(request),
    }
    return page(request, caller, "stations/parties.html", context)


def _search(caller: Caller, form: QueryDict) -> list[tuple[Party, bool]]:
    today = day_of(clock.now())
    rows = lookups.stations(caller, form.get("kind", ""), form.get("q", "").strip())
    return [(row, standing.is_active(row, today)) for row in rows[:SHOWN]]


@public
@of_one_moment
def public_station(request: HttpRequest, code: str) -> HttpResponse:
    """One station as everyone may read it: methods, limits, fees, phones, standing and its decisions."""
    station = lookups.station(code)
    now = clock.now()
    today = day_of(now)
    law, facts = registers.law_at(today, station.place), facts_of(station)
    decisions = [each for each in matter_lookups.publications(now) if each.matter.party_id == station.pk]
    context = {
        "station": station,
        "active": facts.is_active(today, law),
        "let_go": station.kind == PartyKind.ISTATION and law.flag("exit.station_closed"),
        "reasons": [reason.to_json() for reason in facts.reasons(today, law) if not reason.warning],
        "methods": _methods(facts, today, law),
        "decisions": [published(event) for event in decisions],
        "today": today,
        "supervision": hotline(law),
    }
    return render(request, "stations/station.html", context)


def _methods(facts: StationFacts, today: date, law: Law) -> list[dict[str, object]]:
    """Each method the station's lines may run, with the limits and the price in force."""
    licensed = {method for line in facts.lines if line.serves(today) for method in line.line.methods}
    prices: dict[str, str] = {}
    for row in price_list(facts.party.place, today):
        # A station's own price overrides the place's, which comes first in the list.
        if row["station"] in (None, facts.party.code):
            prices[str(row["method"])] = str(row["yuan"])
    return [
        {
            "method": method,
            "name": words(METHOD_NAMES[method]),
            "price": prices.get(method),
            "limits": _limits(method, law),
        }
        for method in Method
        if method in licensed
    ]


def _limits(method: Method, law: Law) -> list[dict[str, str]]:
    """The set in force here, as printed on a report."""
    limit_set = law.word(f"limit_set.{method}")
    out = []
    for key, value in law.under(f"limits.{method}.{limit_set}").items():
        name = key.rpartition(".")[2]
        item = ITEMS.get(name.removesuffix("_min").removesuffix("_max"))
        if item is None or not isinstance(value.value, (int, float)):
            continue
        low = name.endswith("_min") or item.name == "power_ratio"
        number = printed(float(value.value), item.decimals)
        out.append(
            {
                "label": words(item.label),
                "limit": f"{'≥' if low else '≤'} {number} {item.unit}".strip(),
                "cite": value.cite,
            }
        )
    return out
