"""Files handed in with a matter: PDF, JPEG or PNG by their first bytes, kept as received with their hash."""

from __future__ import annotations

from datetime import datetime

from django.db.models import Q

from imloop.facts.pictures import media_type, shown
from imloop.facts.refusal import Malformed, NotAllowed, Unknown
from imloop.facts.text import Text
from imloop.matters import Kind, State
from imloop.steps.ground.access import PUBLIC, Caller
from imloop.steps.ground.files import keep
from imloop.steps.ground.ledger import writing
from imloop.steps.matters.kept.address import opened_by
from imloop.steps.matters.roles import BEFORE_THE_NOTICE, visible
from imloop.steps.matters.take_step import applicant
from imloop.store.models import Attachment, Matter


def attach(
    name: str,
    body: bytes,
    now: datetime,
    *,
    token: str = "",
    caller: Caller | None = None,
    matter_no: str = "",
) -> Attachment:
    """Add a file to an open matter, by its secret address or by someone who may see it. The same file twice is kept
    once."""
    media_type(body)
    with writing(now, caller or PUBLIC) as ledger:
        row = the_matter(token=token, caller=caller, matter_no=matter_no)
        ledger.caller = caller or applicant(row)
        if not State(row.state).is_open:
            raise NotAllowed("matter-closed", Text("事项已办结。", "The matter is closed."))
        return keep(ledger, Attachment(matter=row), row.attachments.all(), row.matter_no, name, body)


def the_file(
    digest: str, *, token: str = "", caller: Caller | None = None, matter_no: str = ""
) -> Attachment:
    row = the_matter(token=token, caller=caller, matter_no=matter_no)
    found = row.attachments.filter(sha256=digest).first()
    if found is None:
        raise Unknown("unknown-file", Text("没有这个文件。", "There is no such file."))
    if row.kind == Kind.COMPLAINT:
        found.body = as_shown(bytes(found.body))
    return found


def as_shown(body: bytes) -> bytes:
    """A photograph of a complaint without position and camera; what is kept stays as it was received."""
    try:
        return shown(body)
    except Malformed:  # a paper, or a picture that no reporter sent
        return body


def the_matter(*, token: str = "", caller: Caller | None = None, matter_no: str = "") -> Matter:
    """The matter behind a secret address, or one that the caller may see by its number."""
    rows = Matter.objects.select_related("party", "vehicle")
    if caller is not None:
        row = rows.filter(visible(caller), matter_no=matter_no).first()
    else:
        hidden = Q(kind=Kind.COMPLAINT) | Q(state__in=BEFORE_THE_NOTICE)
        row = rows.filter(opened_by(token)).exclude(hidden).first()
    if row is None:
        raise Unknown("unknown-matter", Text("没有这个事项，或无权查看。", "No such matter, or not yours."))
    return row
