"""Sites beside the road and their instruments: the register with validity, publication and certificates."""

from __future__ import annotations

from datetime import date, datetime

from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect
from django.utils.translation import gettext as _

from imloop.facts.days import day_of
from imloop.facts.digits import amount
from imloop.facts.refusal import Malformed
from imloop.facts.text import Text
from imloop.pages.forms import require_filled, sent_day, sent_day_or_none
from imloop.pages.guard import desk, page, words
from imloop.pages.tables import Columns, as_file, query_of
from imloop.steps.ground import clock
from imloop.steps.ground.access import Caller
from imloop.steps.remote_sensing import lookups
from imloop.steps.remote_sensing.enter_sites import NewInstrument, NewSite, enter_instrument, enter_site
from imloop.steps.remote_sensing.texts import INSTRUMENT_KINDS, SITE_KINDS
from imloop.store.models import PartyKind, RemoteInstrument, RemoteSite

_YES_NO = {"1": True, "0": False}


@desk(PartyKind.ENVIRONMENT)
def sites(request: HttpRequest, caller: Caller) -> HttpResponse:
    """All of the place; POST enters one of the office's own."""
    now = clock.now()
    if request.method == "POST":
        row = enter_site(caller, _site(request.POST, request.POST.get("code", "").strip()), now)
        return redirect(f"/remote-sensing/sites/{row.pk}")
    found = list(lookups.sites(caller))
    if file := as_file(request, caller, "sites", _columns(now), found):
        return file
    context = {
        "rows": [(site, words(SITE_KINDS[site.kind]), lookups.past_their_date(site, now)) for site in found],
        "today": day_of(now),
        "query": query_of(request),
        **_choices(),
    }
    return page(request, caller, "remote_sensing/sites.html", context)


def _columns(now: datetime) -> Columns[RemoteSite]:
    return {
        _("编号"): lambda row: row.code,
        _("名称"): lambda row: row.name,
        _("种类"): lambda row: words(SITE_KINDS[row.kind]),
        _("道路"): lambda row: row.road,
        _("方向"): lambda row: row.direction,
        _("经度"): lambda row: row.longitude,
        _("纬度"): lambda row: row.latitude,
        _("公布日期"): lambda row: row.published_on,
        _("检定过期的设备"): lambda row: _("、").join(lookups.past_their_date(row, now)),
    }


@desk(PartyKind.ENVIRONMENT)
def one_site(request: HttpRequest, caller: Caller, number: int) -> HttpResponse:
    """POST by its office: what is now known of it, or a certificate of an instrument."""
    site, now = lookups.site(caller, number), clock.now()
    if request.method == "POST":
        if request.POST.get("do") == "certificate":
            enter_instrument(caller, _certificate(request.POST, site.code), now)
        else:
            enter_site(caller, _site(request.POST, site.code), now)
        return redirect(f"/remote-sensing/sites/{number}")
    today, counts = day_of(now), lookups.counts_of(site)
    context = {
        "site": site,
        "kind": words(SITE_KINDS[site.kind]),
        "certificates": [
            (each, words(INSTRUMENT_KINDS[each.kind]), *_validity(each, today))
            for each in lookups.certificates(site)
        ],
        "late": lookups.past_their_date(site, now),
        "own": site.office.code == caller.party_code,
        "today": today,
        "geometry_now": "" if site.geometry_ok is None else str(int(site.geometry_ok)),
        "waiting": counts.get("first", 0) + counts.get("second", 0),
        "readings": counts,
        **_choices(),
    }
    return page(request, caller, "remote_sensing/site.html", context)


def _validity(each: RemoteInstrument, today: date) -> tuple[str, str]:
    """Class of the tag and its words."""
    if each.verified_from > today:
        return "info", _("尚未生效")
    if each.verified_until < today:
        return "fail", _("已过期")
    return "pass", _("有效")


def _choices() -> dict[str, object]:
    return {
        "site_kinds": [(name, words(text)) for name, text in SITE_KINDS.items()],
        "instrument_kinds": [(name, words(text)) for name, text in INSTRUMENT_KINDS.items()],
        "geometry": [("1", _("符合")), ("0", _("不符合"))],
    }


def _site(form: QueryDict, code: str) -> NewSite:
    require_filled(form, "name", "kind")
    lanes = _number(form, "lanes")
    if lanes is not None and (lanes < 1 or lanes != int(lanes)):
        raise _no_number("lanes")
    return NewSite(
        code=code,
        name=form.get("name", "").strip(),
        kind=form.get("kind", ""),
        road=form.get("road", "").strip(),
        lanes=None if lanes is None else int(lanes),
        direction=form.get("direction", "").strip(),
        longitude=_number(form, "longitude"),
        latitude=_number(form, "latitude"),
        slope_pct=_number(form, "slope_pct"),
        geometry_ok=_YES_NO.get(form.get("geometry_ok", "")),
        sign=form.get("sign") == "1",
        published_on=sent_day_or_none(form, "published_on"),
        legal_review_on=sent_day_or_none(form, "legal_review_on"),
        technical_review_on=sent_day_or_none(form, "technical_review_on"),
    )


def _certificate(form: QueryDict, site: str) -> NewInstrument:
    require_filled(form, "kind", "model", "serial")
    return NewInstrument(
        site=site,
        kind=form.get("kind", ""),
        model=form.get("model", "").strip(),
        serial=form.get("serial", "").strip(),
        verified_from=sent_day(form, "verified_from"),
        verified_until=sent_day(form, "verified_until"),
        maker=form.get("maker", "").strip(),
        certificate=form.get("certificate", "").strip(),
        conforms=form.get("conforms") == "1",
    )


def _number(form: QueryDict, name: str) -> float | None:
    typed = form.get(name, "").strip()
    if not typed:
        return None
    found = amount(typed)
    if found is None:
        raise _no_number(name)
    return found


def _no_number(name: str) -> Malformed:
    return Malformed("wrong-value", Text("请填数字，如 1.2", "give a number such as 1.2"), at=name)
