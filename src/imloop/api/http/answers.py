"""Bodies in and out, the same for every call."""

from __future__ import annotations

from datetime import datetime

import msgspec
from django.conf import settings
from django.http import HttpRequest, HttpResponse

from imloop.exchange.http.addresses import disposition
from imloop.facts.refusal import Malformed
from imloop.facts.text import Text
from imloop.steps.ground import clock
from imloop.store.models import Attachment


def as_json(body: object, status: int = 200) -> HttpResponse:
    return HttpResponse(msgspec.json.encode(body), status=status, content_type="application/json")


def as_pdf(document: bytes, name: str) -> HttpResponse:
    return HttpResponse(
        document,
        content_type="application/pdf",
        headers={"Content-Disposition": disposition(f"{name}.pdf", inline=True)},
    )


def as_file(kept: Attachment) -> HttpResponse:
    """A stored file, always served as a download."""
    return HttpResponse(
        bytes(kept.body),
        content_type=kept.media_type,
        headers={"Content-Disposition": disposition(kept.sha256[:12])},
    )


def refuse_larger(request: HttpRequest, limit: int) -> None:
    """Answer 413 by the size that the caller states, before anything is read."""
    try:
        fits = int(request.META.get("CONTENT_LENGTH") or 0) <= limit
    except ValueError:
        fits = False
    if not fits:
        raise _too_large(limit)


def _require_plain(request: HttpRequest) -> None:
    """Refuses (415) what is not the message itself. Its own kind is not looked at: real senders say anything."""
    encoding = request.headers.get("Content-Encoding", "").strip().lower()
    if encoding not in ("", "identity"):
        raise Malformed(
            "body-encoded",
            Text(
                f"不接受 Content-Encoding: {encoding}，请原样发送报文；过程数据可在报文内压缩。",
                f"Content-Encoding: {encoding} is not taken: send the message as it is; its trace may be packed.",
            ),
        )
    if (request.content_type or "").startswith("multipart/"):
        raise Malformed(
            "body-is-form",
            Text(
                "请把报文本身作为请求体发送，不要用表单（multipart）。",
                "Send the message itself as the body, not a form (multipart).",
            ),
        )


def body_of(request: HttpRequest) -> bytes:
    """The raw body, refused before it is read when it is larger than the limit."""
    _require_plain(request)
    limit = settings.MAX_UPLOAD_BYTES
    refuse_larger(request, limit)
    body = request.body
    if len(body) > limit:
        raise _too_large(limit)
    return body


def _too_large(limit: int) -> Malformed:
    return Malformed("too-large", Text(f"报文超过 {limit} 字节。", f"The body exceeds {limit} bytes."))


def file_of(request: HttpRequest, limit: int) -> bytes:
    """A file sent as the body, read no further than one byte past the limit."""
    _require_plain(request)
    body: bytes = request.read(limit + 1)
    if len(body) > limit:
        raise Malformed("too-large", Text(f"文件超过 {limit} 字节。", f"The file exceeds {limit} bytes."))
    return body


def moment_of(at: datetime | None) -> datetime:
    """The moment asked about, now if none is given."""
    return at or clock.now()
