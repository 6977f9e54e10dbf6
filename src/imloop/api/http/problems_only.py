"""Whatever goes wrong under ``/api/`` is ``application/problem+json``, also what the framework answers by itself."""

from __future__ import annotations

from collections.abc import Callable

from django.http import HttpRequest
from django.http.response import HttpResponseBase

from imloop.api.http.errors import no_such_call, problem
from imloop.facts.refusal import Malformed, NotAllowed, Refusal
from imloop.facts.text import Text

PREFIX = "/api/"
_BAD_REQUEST = Text(
    "无法读取请求：请核对主机名、地址和报文头。",
    "The request cannot be read: check host name, address and headers.",
)
_FORBIDDEN = Text("不允许这样调用，见 /api/docs。", "This may not be called like that; see /api/docs.")


class ProblemsOnly:
    """Middleware, outermost."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        answer = self.get_response(request)
        if answer.status_code < 400 or not request.path.startswith(PREFIX):
            return answer
        if answer.get("Content-Type", "").startswith("application/problem+json"):
            return answer
        return _as_problem(request, answer)


def _as_problem(request: HttpRequest, answer: HttpResponseBase) -> HttpResponseBase:
    if answer.status_code == 404:
        return no_such_call(request)
    told = problem(request, _refusal(request, answer))
    if "Allow" in answer:
        told["Allow"] = answer["Allow"]
    return told


def _refusal(request: HttpRequest, answer: HttpResponseBase) -> Refusal:
    if answer.status_code == 405:
        can = answer.get("Allow", "")
        return Refusal(
            "method-not-allowed",
            Text(
                f"此接口不接受 {request.method}，只接受 {can}。",
                f"This call does not take {request.method}, only {can}.",
            ),
        )
    if answer.status_code >= 500:
        return Refusal(
            "internal-error", Text("平台内部错误，已记录。", "Internal error; it has been recorded.")
        )
    if answer.status_code in (401, 403):
        return NotAllowed("not-callable", _FORBIDDEN)
    return Malformed("malformed-request", _BAD_REQUEST)
