"""Complete the OpenAPI document with answers, refusals and how a caller authenticates."""

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
    403: "the caller may not do or see this, or a clause forbids it",
    404: "nothing of that name, or it is not the caller's",
    409: "contradicts what is stored",
    413: "larger than the limit",
    422: "cannot be accepted as it is",
    429: "too many requests; see Retry-After",
}
UNPROVED = "no key, a wrong one, or a signature that does not match"


class DescribedAPI(NinjaAPI):
    """The API with a complete OpenAPI document, which schemathesis tests against the real answers."""

    def get_openapi_schema(self, **options: Any) -> Any:
        document = super().get_openapi_schema(**options)
        document.setdefault("components", {}).setdefault("schemas", {})["Problem"] = PROBLEM
        document["components"]["securitySchemes"] = SCHEMES
        for path, operations in document["paths"].items():
            for method, told in operations.items():
                _describe(told, f"{method.upper()} {path.partition('/v1/')[2]}")
        return document


def _describe(told: dict[str, Any], name: str) -> None:
    statuses, shape = ANSWERS[name]
    is_public = name.partition(" ")[2].startswith("public/")
    told["responses"] = {str(status): _answer(shape) for status in statuses}
    refusals = REFUSALS if is_public else {**REFUSALS, 401: UNPROVED}
    for status, words in sorted(refusals.items()):
        told["responses"][str(status)] = {
            "description": words,
            "content": {"application/problem+json": {"schema": {"$ref": "#/components/schemas/Problem"}}},
        }
    told["security"] = [] if is_public else [{"bearer": []}, {"signature": []}]
    if not is_public and name.startswith("GET"):
        told["security"].append({"session": []})


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
