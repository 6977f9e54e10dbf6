"""Download a list as a file: the filtered rows, with the reader's column names, as CSV or XLSX, and journalled."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from datetime import date, datetime
from io import BytesIO
from typing import TypeVar

from django.http import HttpRequest, HttpResponse

from imloop.exchange.http.addresses import disposition
from imloop.exchange.tables.write_tables import write_csv, write_xlsx
from imloop.facts.days import CHINA
from imloop.steps.ground import clock
from imloop.steps.ground.access import Caller
from imloop.steps.reports.exports import note_export

T = TypeVar("T")
Columns = Mapping[str, Callable[[T], object]]

FORMATS = {
    "csv": (write_csv, "text/csv; charset=utf-8"),
    "xlsx": (write_xlsx, "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"),
}


def as_file(
    request: HttpRequest, caller: Caller, name: str, columns: Columns[T], rows: Iterable[T]
) -> HttpResponse | None:
    """The file the reader asked for by ``format``; None where the page is wanted. ``columns``: heading → cell."""
    wanted = request.GET.get("format", "")
    if wanted not in FORMATS:
        return None
    write, kind = FORMATS[wanted]
    out = BytesIO()
    said = _text if wanted == "csv" else _local
    lines = ({heading: said(cell(row)) for heading, cell in columns.items()} for row in rows)
    note_export(name, write(out, tuple(columns), lines), caller, clock.now())
    headers = {"Content-Disposition": disposition(f"{name}.{wanted}")}
    return HttpResponse(out.getvalue(), content_type=kind, headers=headers)


def query_of(request: HttpRequest) -> str:
    """The filter as it stands in the address, for the links to the files."""
    query = request.GET.copy()
    for name in ("page", "format"):
        query.pop(name, None)
    return query.urlencode()


def _text(value: object) -> object:
    value = _local(value)
    if isinstance(value, datetime):
        return value.strftime("%Y-%m-%d %H:%M")
    if isinstance(value, date):
        return value.isoformat()
    return "" if value is None else value


def _local(value: object) -> object:
    """A moment by China's clock; a workbook's cells know no offset."""
    return value.astimezone(CHINA).replace(tzinfo=None) if isinstance(value, datetime) else value
