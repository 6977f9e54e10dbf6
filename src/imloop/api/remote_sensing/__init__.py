"""Calls about readings of the road: sites and instruments, records as they arrive, the queues of the review."""

from __future__ import annotations

from datetime import datetime

from django.http import HttpRequest, HttpResponse

from imloop.api.http.answers import as_json, body_of
from imloop.api.http.audience import ENVIRONMENT
from imloop.api.http.auth import caller
from imloop.api.http.router import File, Router
from imloop.api.http.schemas import (
    NUMBER as NUMBER,
)
from imloop.api.http.schemas import (
    OWN_NUMBER as OWN_NUMBER,
)
from imloop.api.http.schemas import (
    TEXT,
)
from imloop.api.http.schemas import (
    GateOut as GateOut,
)
from imloop.api.http.schemas import (
    JsonObject as JsonObject,
)
from imloop.api.http.schemas import (
    example as example,
)
from imloop.api.http.schemas import (
    fields as fields,
)
from imloop.api.http.schemas import (
    in_json as in_json,
)
from imloop.api.http.schemas import (
    several as several,
)
from imloop.api.remote_sensing.schemas import (
    READINGS,
    EnteredSiteOut,
    LeadOut,
    OwnerToldIn,
    OwnerToldOut,
    ReadingsKeptOut,
    ReadingsOut,
    RemoteCertificateIn,
    RemoteCertificateOut,
    RemoteSiteIn,
    RemoteSitesOut,
    ReviewedOut,
    ReviewIn,
    WeighedOut,
)
from imloop.api.remote_sensing.schemas import (
    HitOut as HitOut,
)
from imloop.api.remote_sensing.schemas import (
    ReadingOut as ReadingOut,
)
from imloop.api.remote_sensing.schemas import (
    RefusedOut as RefusedOut,
)
from imloop.api.remote_sensing.schemas import (
    RemoteSiteOut as RemoteSiteOut,
)
from imloop.api.remote_sensing.schemas import (
    ScreeningOut as ScreeningOut,
)
from imloop.exchange.decode_readings import REQUIRED as REQUIRED
from imloop.exchange.decode_readings import SCHEMA as SCHEMA
from imloop.exchange.uploads.soap_readings import WSDL, take_soap
from imloop.exchange.uploads.take_readings import take_readings
from imloop.facts.records.reading import RANGES as RANGES
from imloop.facts.records.reading import DeviceVerdict as DeviceVerdict
from imloop.steps.ground import clock
from imloop.steps.remote_sensing import lookups
from imloop.steps.remote_sensing.enter_sites import NewInstrument, NewSite, enter_instrument, enter_site
from imloop.steps.remote_sensing.hand_over import hand_over
from imloop.steps.remote_sensing.review import review
from imloop.steps.remote_sensing.tell_owner import note_told
from imloop.steps.remote_sensing.weigh import weighed
from imloop.store.models import RemoteReading, RemoteSite

router = Router()


@router.post(
    "/remote-sensing",
    who=ENVIRONMENT,
    answers={200: ReadingsKeptOut},
    body=READINGS,
    tags=["remote sensing"],
    summary="上传遥感、抓拍记录 · send readings of the road",
)
def post_readings(request: HttpRequest) -> HttpResponse:
    """At most 5,000 records; each is kept or refused by itself, a record number is one reading for ever."""
    kept = take_readings(body_of(request), caller(request), clock.now())
    refused = [
        {
            "record": number,
            "code": each.code,
            "path": each.problems[0].path if each.problems else "$",
            "text": each.text.zh,
            "text_en": each.text.en,
        }
        for number, each in kept.refused
    ]
    return as_json({"accepted": kept.new + kept.known, "refused": refused})


@router.get(
    "/remote-sensing",
    who=ENVIRONMENT,
    answers={200: ReadingsOut},
    tags=["remote sensing"],
    summary="遥感、抓拍记录 · readings by queue",
)
def get_readings(
    request: HttpRequest, queue: str = "to_review", site: str = "", plate: str = "", after: int = 0
) -> HttpResponse:
    """``queue``: realtime, to_review, reviewed or handed_over."""
    found = lookups.asked_for(caller(request), queue=queue, site=site, plate=plate, after=after)
    more = found[-1].pk if len(found) == lookups.MOST else None
    return as_json({"readings": [_reading(row) for row in found], "next": more})


@router.get(
    "/remote-sensing/sites",
    who=ENVIRONMENT,
    answers={200: RemoteSitesOut},
    tags=["remote sensing"],
    summary="遥感点位 · sites beside the road",
)
def get_sites(request: HttpRequest) -> HttpResponse:
    now = clock.now()
    return as_json({"sites": [_site(row, now) for row in lookups.sites(caller(request))]})


@router.post(
    "/remote-sensing/sites",
    who=ENVIRONMENT,
    answers={201: EnteredSiteOut},
    tags=["remote sensing"],
    summary="登记遥感点位 · enter a site",
)
def post_site(request: HttpRequest, wanted: RemoteSiteIn) -> HttpResponse:
    row = enter_site(caller(request), NewSite(**wanted.dict()), clock.now())
    return as_json({"office": row.office.code, "code": row.code}, 201)


@router.post(
    "/remote-sensing/certificates",
    who=ENVIRONMENT,
    answers={201: RemoteCertificateOut},
    tags=["remote sensing"],
    summary="登记遥感设备检定 · an instrument and its certificate",
)
def post_certificate(request: HttpRequest, wanted: RemoteCertificateIn) -> HttpResponse:
    row = enter_instrument(caller(request), NewInstrument(**wanted.dict()), clock.now())
    return as_json(
        {"site": row.site.code, "serial": row.serial, "verified_until": row.verified_until.isoformat()}, 201
    )


def _site(row: RemoteSite, now: datetime) -> dict[str, object]:
    return {
        "office": row.office.code,
        "code": row.code,
        "name": row.name,
        "kind": row.kind,
        "published_on": row.published_on,
        "past_their_date": lookups.past_their_date(row, now),
    }


def _reading(row: RemoteReading) -> dict[str, object]:
    return {
        "id": row.pk,
        "record_no": row.record_no,
        "site": row.site_code,
        "at": row.at,
        "plate": row.plate,
        "plate_read": row.plate_read,
        "plate_colour": row.plate_colour,
        "plate_confidence": row.confidence,
        "values": row.data["values"],
        "over": [name for name in row.over.split(",") if name],
        "state": row.state,
    }


@router.post(
    "/remote-sensing/soap",
    who=ENVIRONMENT,
    answers={200: File("text/xml", "the reply", binary=False)},
    body={"text/xml": TEXT},
    tags=["remote sensing"],
    summary="遥感平台 SOAP 接口 · SOAP 1.1 as deployed senders speak it",
)
def post_soap(request: HttpRequest, verdicts: str = "") -> HttpResponse:
    """One operation of the description with JSON inside; the reply's JSON has ``status`` 1 where everything was taken.
    ``verdicts``: what the sender's codes mean, such as ``1:fail,0:pass``. The key may come in ``X-Auth-Token``. What
    cannot be read at all is answered as everywhere else."""
    reply = take_soap(body_of(request), caller(request), clock.now(), verdicts)
    return HttpResponse(reply, content_type="text/xml; charset=utf-8")


@router.get(
    "/remote-sensing/soap",
    who=ENVIRONMENT,
    answers={200: File("text/xml", "the description", binary=False)},
    tags=["remote sensing"],
    summary="SOAP 接口描述 · its WSDL",
)
def get_wsdl(request: HttpRequest) -> HttpResponse:
    return HttpResponse(WSDL, content_type="text/xml; charset=utf-8")


@router.get(
    "/remote-sensing/{int:reading_id}",
    who=ENVIRONMENT,
    answers={200: WeighedOut},
    tags=["remote sensing"],
    summary="一条记录的分量 · what a reading weighs",
)
def get_reading(request: HttpRequest, reading_id: int) -> HttpResponse:
    found = weighed(caller(request), reading_id)
    gates = {"evidence": found.evidence.to_json(), "screening": found.screening.to_json()}
    return as_json({**_reading(found.reading), **gates})


@router.post(
    "/remote-sensing/{int:reading_id}/reviews",
    who=ENVIRONMENT,
    answers={201: ReviewedOut},
    tags=["remote sensing"],
    summary="审核记录 · review a reading",
)
def post_review(request: HttpRequest, reading_id: int, said: ReviewIn) -> HttpResponse:
    """Two people, each once; where they differ it is dismissed."""
    row = review(caller(request), reading_id, **said.dict(), now=clock.now())
    return as_json({"id": row.pk, "state": row.state}, 201)


@router.post(
    "/remote-sensing/{int:reading_id}/told",
    who=ENVIRONMENT,
    answers={201: OwnerToldOut},
    tags=["remote sensing"],
    summary="已告知车主 · the owner was told",
)
def post_told(request: HttpRequest, reading_id: int, said: OwnerToldIn) -> HttpResponse:
    """By a person, or by the machine that sends the office's messages. The same again changes nothing."""
    row = note_told(caller(request), reading_id, said.how, clock.now())
    return as_json({"id": row.pk, "told_at": row.told_at, "told_how": row.told_how}, 201)


@router.post(
    "/remote-sensing/{int:reading_id}/lead",
    who=ENVIRONMENT,
    answers={201: LeadOut},
    tags=["remote sensing"],
    summary="转为线索 · make it a lead",
)
def post_lead(request: HttpRequest, reading_id: int) -> HttpResponse:
    return as_json({"finding": hand_over(caller(request), reading_id, clock.now()).pk}, 201)
