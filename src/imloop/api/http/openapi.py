"""The OpenAPI document with what the routes alone do not say: refusals, and how a caller proves who it is."""

from __future__ import annotations

from typing import Any

from ninja import NinjaAPI

from imloop.api.http.shapes import ANSWERS, ATTACHED, EVENTS, PDF, TYPES

_TEXT: dict[str, object] = {"type": "string"}
PROBLEM: dict[str, object] = {
    "type": "object",
    "description": "RFC 9457. `code` is stable, the words are not; `cite` names the clause.",
    "required": ["type", "title", "status", "code", "detail", "detail_en"],
    "properties": {
        **dict.fromkeys(("type", "title", "code", "detail", "detail_en", "cite"), _TEXT),
        "status": {"type": "integer"},
        "errors": {"type": "array", "items": {"type": "object", "required": ["path", "code"]}},
        "reasons": {"type": "array", "items": {"type": "object", "required": ["code"]}},
    },
}
SCHEMES: dict[str, object] = {
    "bearer": {"type": "http", "scheme": "bearer", "description": "the key itself; TLS or loopback only"},
    "signature": {
        "type": "apiKey",
        "in": "header",
        "name": "Signature-Input",
        "description": "RFC 9421 with `Signature` and, for a body, `Content-Digest`: Ed25519, HMAC-SHA256 or HMAC-SM3",
    },
    "session": {
        "type": "apiKey",
        "in": "cookie",
        "name": "sessionid",
        "description": "a person; may only read",
    },
}
REFUSALS = {
    400: "the request cannot be read",
    403: "not the caller's to do or see, or a clause forbids it",
    404: "nothing of that name, or not the caller's",
    409: "contradicts what is kept",
    413: "larger than the limit",
    422: "cannot be accepted as it is",
    429: "too often; see Retry-After",
}
UNPROVED = {401: "no key, a wrong one, or a signature that does not fit"}


class DescribedAPI(NinjaAPI):
    """The API with a document that tells the truth; schemathesis tests it."""

    def get_openapi_schema(self, **options: Any) -> Any:
        document = super().get_openapi_schema(**options)
        document.setdefault("components", {}).setdefault("schemas", {})["Problem"] = PROBLEM
        document["components"]["securitySchemes"] = SCHEMES
        for path, operations in document["paths"].items():
            for method, told in operations.items():
                _describe(told, f"{method.upper()} {path.partition('/v1/')[2]}")
                told["responses"] = {str(status): answer for status, answer in told["responses"].items()}
        return document


def around(method: str, *, is_public: bool) -> dict[str, Any]:
    """What every call says beside its answers: refusals by status, and what proves who calls."""
    refusals = REFUSALS if is_public else REFUSALS | UNPROVED
    problem = {"application/problem+json": {"schema": {"$ref": "#/components/schemas/Problem"}}}
    security: list[dict[str, list[str]]] = [] if is_public else [{"bearer": []}, {"signature": []}]
    if not is_public and method == "GET":
        security.append({"session": []})
    return {
        "responses": {
            status: {"description": refusals[status], "content": problem} for status in sorted(refusals)
        },
        "security": security,
    }


def _describe(told: dict[str, Any], name: str) -> None:
    """Calls whose answers do not stand at their route yet."""
    if name in ANSWERS:
        statuses, shape = ANSWERS[name]
        told |= around(name.partition(" ")[0], is_public=" public/" in name)
        told["responses"] = dict.fromkeys(statuses, _answer(shape)) | told["responses"]


def _answer(shape: str) -> dict[str, object]:
    if shape in (PDF, ATTACHED):
        content: dict[str, object] = {shape: {"schema": {"type": "string", "format": "binary"}}}
        return {"description": "the file", "content": content}
    if shape == EVENTS:
        return {"description": "the feed as it grows", "content": {shape: {"schema": _TEXT}}}
    fields = dict(field.split(":") for field in shape.split())
    schema = {
        "type": "object",
        "required": list(fields),
        "properties": {field: _field(mark) for field, mark in fields.items()},
    }
    return {"description": "done", "content": {"application/json": {"schema": schema}}}


def _field(mark: str) -> dict[str, object]:
    kind = TYPES[mark[0]]
    return {"type": [kind, "null"] if mark.endswith("?") else kind}
