"""What all forms share: the file sent with one, the box to tick, a kept file as a download."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import date, datetime

from django.core.files.uploadedfile import UploadedFile
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect

from imloop.exchange.http.addresses import disposition
from imloop.facts.days import read_day, read_moment
from imloop.facts.pictures import LARGEST
from imloop.facts.refusal import Malformed, Problem, Refusal
from imloop.facts.text import Text
from imloop.steps.ground.access import Caller
from imloop.store.models import Attachment, Proposal

MISSING = Text("请填写", "fill this in")


def sent_file(request: HttpRequest) -> tuple[str, bytes]:
    """Name and bytes of the form's file; a larger one than is kept is not read into memory."""
    file = request.FILES.get("file")
    if not isinstance(file, UploadedFile):
        raise Malformed("no-file", Text("请选择一个文件。", "Choose a file."), at="file")
    return file.name or "", file.read(LARGEST + 1)


def sent_named_file(request: HttpRequest, field: str) -> tuple[str, bytes] | None:
    """The same of one of several fields; None where nothing was chosen."""
    file = request.FILES.get(field)
    return (file.name or "", file.read(LARGEST + 1)) if isinstance(file, UploadedFile) else None


def require_sure(form: QueryDict) -> None:
    if form.get("sure") != "1":
        raise Malformed("not-confirmed", Text("请勾选确认。", "Tick the box to confirm."), at="sure")


def require_filled(form: QueryDict, *names: str) -> None:
    """Fields that one answer of a form makes necessary and another does not; all others say ``required``."""
    lacking = [Problem(f"$.{name}", "missing", MISSING) for name in names if not form.get(name, "").strip()]
    if lacking:
        raise Malformed("missing", MISSING, problems=lacking)


def sent_day(form: QueryDict, name: str) -> date:
    """The day in a field that must hold one."""
    require_filled(form, name)
    return read_day(form.get(name, ""), at=name)


def sent_day_or_none(form: QueryDict, name: str) -> date | None:
    return sent_day(form, name) if form.get(name, "").strip() else None


def sent_moment(form: QueryDict, name: str) -> datetime:
    """The day and time in a field that must hold them, in China where no offset was given."""
    require_filled(form, name)
    return read_moment(form.get(name, ""), at=name)


def sent_moment_or_none(form: QueryDict, name: str) -> datetime | None:
    return sent_moment(form, name) if form.get(name, "").strip() else None


@contextmanager
def fields_named(name_of: Callable[[str], str]) -> Iterator[None]:
    """What is refused within speaks of a message's paths; ``name_of`` says which field of the form each came from."""
    try:
        yield
    except Refusal as refusal:
        refusal.problems = tuple(
            Problem(f"$.{name_of(each.path)}", each.code, each.text) for each in refusal.problems
        )
        raise


def onward(made: object, address: str) -> HttpResponse:
    """After an act: to its page, or to what waits for a second person."""
    return redirect(f"/proposals/{made.pk}" if isinstance(made, Proposal) else address)


def with_reason_alone(caller: Caller, form: QueryDict) -> Caller:
    """The caller, with why the act cannot wait for a second person, where the form says so."""
    return replace(caller, alone=form.get("alone", "").strip())


def file_response(kept: Attachment) -> HttpResponse:
    """Always as a download: what was handed in never runs in the browser."""
    return HttpResponse(
        bytes(kept.body),
        content_type=kept.media_type,
        headers={"Content-Disposition": disposition(kept.sha256[:12])},
    )
