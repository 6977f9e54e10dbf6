"""The OpenAPI document says of every call what it answers, what it refuses and how a caller proves who it is."""

from __future__ import annotations

from imloop.api.app import CALLS, api
from support.api_calls import calls


def test_every_call_is_described_and_no_other() -> None:
    assert set(CALLS) == {call.name for call in calls()}


def test_answers_refusals_and_security_are_told() -> None:
    document = api.get_openapi_schema()
    for path, operations in document["paths"].items():
        for method, told in operations.items():
            name = f"{method} {path}"
            is_public = "/public/" in path
            assert ("401" in told["responses"]) is not is_public, name
            assert bool(told["security"]) is not is_public, name
            for status, answer in told["responses"].items():
                (kind,) = answer["content"]
                assert (kind == "application/problem+json") is (int(status) >= 400), (name, status)
    assert {"bearer", "signature", "session"} == set(document["components"]["securitySchemes"])
