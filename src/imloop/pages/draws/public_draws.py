"""Random draws for anyone: the list, one draw with how to check it, the program that checks."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from imloop.exchange.http.addresses import disposition
from imloop.exchange.http.rate_limit import count_question
from imloop.pages.draws.draw_view import STATES, common_context, own_row, visits_rows
from imloop.pages.guard import public, words
from imloop.proof import check_draw, journal
from imloop.proof import draw as proof
from imloop.steps.accounts.admitted import admitted_or_none
from imloop.steps.draws import lookups as draw_lookups
from imloop.steps.draws.header import code_hash
from imloop.steps.ground import clock
from imloop.steps.ground.access import Caller
from imloop.steps.ground.lookups import after
from imloop.store.models import Draw

SHOWN = 100


@public
def draws(request: HttpRequest) -> HttpResponse:
    """Every draw, voided ones included."""
    rows = [(row, words(STATES[row.state])) for row in draw_lookups.draws()[:SHOWN]]
    return render(request, "draws/public_draws.html", {"rows": rows})


@public
def draw(request: HttpRequest, no: str) -> HttpResponse:
    """One draw: what was fixed, where the numbers come from, what came of it, how to check; a station sees its own."""
    now = clock.now()
    count_question(request, now)
    who = admitted_or_none(request.user)
    context = after(lambda: draw_lookups.public_draw(no), lambda row: _context(who, row, now))
    return render(request, "draws/public_draw.html", context)


def _context(who: Caller | None, row: Draw, now: datetime) -> dict[str, object]:
    return {
        **common_context(row, now),
        "own": own_row(who, row),
        "visits": visits_rows(row) if row.state == Draw.State.PUBLISHED else [],
        "same_code": row.header is not None and row.header["code"] == code_hash(),
        "fixed": row.header is not None,
    }


@public
def program(request: HttpRequest) -> HttpResponse:
    """The program that draws: its SHA-256 is fixed before each draw."""
    return HttpResponse(Path(proof.__file__).read_bytes(), content_type="text/x-python; charset=utf-8")


@public
def checker(request: HttpRequest) -> HttpResponse:
    """The program that checks, one file for ``python``: itself, the program that draws, and the journal's."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        for name, text in _programs():
            archive.writestr(zipfile.ZipInfo(name), text)
    saved_as = {"Content-Disposition": disposition("check.pyz")}
    return HttpResponse(out.getvalue(), content_type="application/zip", headers=saved_as)


def _programs() -> Iterator[tuple[str, bytes]]:
    yield (
        "__main__.py",
        b"import sys\nfrom imloop.proof.check_draw import main\nsys.exit(main(sys.argv[1:]))\n",
    )
    yield "imloop/__init__.py", b""
    yield "imloop/proof/__init__.py", b""
    for module in (check_draw, proof, journal):
        path = Path(str(module.__file__))
        yield f"imloop/proof/{path.name}", path.read_bytes()
