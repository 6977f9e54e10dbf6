"""Complete the OpenAPI document with refusals and how a caller authenticates."""

from __future__ import annotations

from typing import Any

from ninja import NinjaAPI

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
        "choices": {"type": "array", "items": {"type": "object", "required": ["name"]}},
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
UNPROVED = {401: "no key, a wrong one, or a signature that does not match"}


class DescribedAPI(NinjaAPI):
    """The API with a complete OpenAPI document, which schemathesis tests against the real answers."""

    def get_openapi_schema(self, **options: Any) -> Any:
        document = super().get_openapi_schema(**options)
        document.setdefault("components", {}).setdefault("schemas", {})["Problem"] = PROBLEM
        document["components"]["securitySchemes"] = SCHEMES
        for operations in document["paths"].values():
            for told in operations.values():
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
