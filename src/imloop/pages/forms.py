"""What all forms share: the file sent with one, the box to tick, a refusal beside its fields,
a kept file as a download."""

from __future__ import annotations

from django.core.files.uploadedfile import UploadedFile
from django.http import HttpRequest, HttpResponse, QueryDict

from imloop.exchange.http.addresses import disposition
from imloop.facts.pictures import LARGEST
from imloop.facts.refusal import Malformed, Refusal
from imloop.facts.text import Text
from imloop.pages.guard import words
from imloop.store.models import Attachment


def sent_file(request: HttpRequest) -> tuple[str, bytes]:
    """Name and bytes of the form's file; a larger one than is kept is not read into memory."""
    file = request.FILES.get("file")
    if not isinstance(file, UploadedFile):
        raise Malformed("no-file", Text("请选择一个文件。", "Choose a file."))
    return file.name or "", file.read(LARGEST + 1)


def require_sure(form: QueryDict) -> None:
    if form.get("sure") != "1":
        raise Malformed("not-confirmed", Text("请勾选确认。", "Tick the box to confirm."))


def refusal_context(refusal: Refusal) -> dict[str, object]:
    """``faults``: (id of the field, words); the id is empty where no single field is at fault."""
    faults = [(fault.path.rpartition(".")[2], words(fault.text)) for fault in refusal.problems]
    more = [
        ("", f"{words(reason.text)}（{reason.cite}）" if reason.cite else words(reason.text))
        for reason in refusal.reasons
    ]
    return {"refusal": words(refusal.text), "cite": refusal.cite, "faults": (faults or more)[:40]}


def file_response(kept: Attachment) -> HttpResponse:
    """Always as a download: what was handed in never runs in the browser."""
    return HttpResponse(
        bytes(kept.body),
        content_type=kept.media_type,
        headers={"Content-Disposition": disposition(kept.sha256[:12])},
    )
