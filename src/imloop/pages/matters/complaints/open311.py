"""The Open311 read door (GeoReport v2): services and requests as JSON, for any client; nothing personal in it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from functools import wraps

from django.http import HttpRequest, HttpResponse, JsonResponse, QueryDict

from imloop.exchange.http.http_status import UNTAKEABLE, as_refusal, status_of
from imloop.exchange.http.rate_limit import count_question
from imloop.facts.days import read_moment
from imloop.facts.refusal import Malformed, Refusal, Unknown
from imloop.facts.text import Text
from imloop.pages.guard import View, open_to
from imloop.steps.ground import clock
from imloop.steps.matters.complaints import figures


def _listed(rows: list[dict[str, object]], status: int = 200) -> JsonResponse:
    return JsonResponse(
        rows, safe=False, status=status, json_dumps_params={"ensure_ascii": False, "separators": (",", ":")}
    )


def _door(view: Callable[..., list[dict[str, object]]]) -> View:
    """Errors as the standard writes them: a list with a number and words."""

    @open_to()
    @wraps(view)
    def guarded(request: HttpRequest, *args: str, **named: str) -> HttpResponse:
        try:
            count_question(request, clock.now())
            return _listed(view(request, *args, **named))
        except Refusal as refusal:
            found = refusal
        except UNTAKEABLE as error:
            found = as_refusal(error)
        status = status_of(found, "GET")
        status = 400 if status == 422 else status
        return _listed([{"code": status, "description": f"{found.text.zh} {found.text.en}"}], status)

    return guarded


@_door
def services(request: HttpRequest) -> list[dict[str, object]]:
    return figures.services()


@_door
def requests(request: HttpRequest) -> list[dict[str, object]]:
    """``service_request_id``, ``service_code``, ``start_date``, ``end_date``, ``status`` narrow the list."""
    asked = request.GET
    return figures.requests(
        numbers=_several(asked, "service_request_id"),
        codes=_several(asked, "service_code"),
        status=_status(asked),
        since=_moment(asked, "start_date"),
        until=_moment(asked, "end_date"),
    )


@_door
def one_request(request: HttpRequest, number: str) -> list[dict[str, object]]:
    """A list of one, as the standard has it."""
    found = figures.requests(numbers=[number])
    if not found:
        words = Text("没有这个编号，或者不对外公开。", "No such request, or it is not public.")
        raise Unknown("unknown-matter", words)
    return found


def _several(asked: QueryDict, name: str) -> list[str]:
    return [part for part in asked.get(name, "").split(",") if part]


def _status(asked: QueryDict) -> str:
    wanted = set(_several(asked, "status"))
    if wanted - {"open", "closed"}:
        words = Text("status 可选 open、closed。", "status is open or closed.")
        raise Malformed("wrong-value", words, at="status")
    return wanted.pop() if len(wanted) == 1 else ""


def _moment(asked: QueryDict, name: str) -> datetime | None:
    """W3C date and time, as the standard asks; without a zone it is China's."""
    text = asked.get(name, "")
    return read_moment(text, at=name) if text else None
