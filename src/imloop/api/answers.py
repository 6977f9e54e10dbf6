"""Bodies in and out, the same for every call."""

from __future__ import annotations

from datetime import datetime

import msgspec
from django.conf import settings
from django.core.exceptions import RequestDataTooBig
from django.http import HttpRequest, HttpResponse

from imloop.facts.days import CHINA
from imloop.facts.refusal import Malformed
from imloop.facts.text import Text
from imloop.steps import clock


def as_json(body: object, status: int = 200) -> HttpResponse:
    return HttpResponse(msgspec.json.encode(body), status=status, content_type="application/json")


def as_pdf(document: bytes, name: str) -> HttpResponse:
    return HttpResponse(
        document,
        content_type="application/pdf",
        headers={"Content-Disposition": f'inline; filename="{name}.pdf"'},
    )


def body_of(request: HttpRequest) -> bytes:
    """The raw body, refused before it is read when it is larger than the limit."""
    limit = settings.MAX_UPLOAD_BYTES
    too_large = Malformed("too-large", Text(f"报文超过 {limit} 字节。", f"The body exceeds {limit} bytes."))
    try:
        if int(request.headers.get("Content-Length") or 0) > limit:
            raise too_large
        body = request.body
    except (RequestDataTooBig, ValueError):
        raise too_large from None
    if len(body) > limit:
        raise too_large
    return body


def file_of(request: HttpRequest, limit: int) -> bytes:
    """A file sent as the body, read no further than one byte past the limit."""
    body: bytes = request.read(limit + 1)
    if len(body) > limit:
        raise Malformed("too-large", Text(f"文件超过 {limit} 字节。", f"The file exceeds {limit} bytes."))
    return body


def moment_of(at: datetime | None) -> datetime:
    """The moment asked about, now where none is given; one without an offset is China's."""
    moment = at or clock.now()
    return moment if moment.tzinfo is not None else moment.replace(tzinfo=CHINA)
