"""The OpenAPI document says of every call what it answers, what it refuses and how a caller proves who it is."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from typing import Any

import jsonschema_rs
import pytest
from ninja import Schema

from imloop.api.app import CALLS, api
from imloop.exchange.reading import parse_json
from imloop.exchange.uploads.decode_application import decode_application
from imloop.exchange.uploads.decode_check import decode_check, decode_heartbeat
from imloop.exchange.uploads.decode_inspection import decode_test
from imloop.exchange.uploads.decode_redemption import decode_redemption
from imloop.exchange.uploads.decode_repair import decode_repair
from imloop.gates.roads.zone_rules import parse_rules
from support.api_calls import calls

DOCUMENT: dict[str, Any] = json.loads(json.dumps(api.get_openapi_schema()))
SCHEMAS: dict[str, Any] = DOCUMENT["components"]["schemas"]
READERS: dict[str, Callable[[bytes], object]] = {
    "POST tests": decode_test,
    "POST repairs": decode_repair,
    "POST equipment-checks": decode_check,
    "POST heartbeats": decode_heartbeat,
    "POST offline-vouchers/redeem": decode_redemption,
    "POST public/applications": lambda body: decode_application(parse_json(body)),
    "PUT public/applications/{token}": lambda body: decode_application(parse_json(body)),
}
"""Calls that read their body for themselves."""


def _below(schema: type[Schema]) -> Iterator[type[Schema]]:
    for each in schema.__subclasses__():
        yield each
        yield from _below(each)


OURS = sorted({s for s in _below(Schema) if s.__module__.startswith("imloop.api.")}, key=lambda s: s.__name__)
SHOWN = [each for each in OURS if each.model_config.get("json_schema_extra")]


def test_every_call_is_described_and_no_other() -> None:
    assert set(CALLS) == {call.name for call in calls()}


def test_answers_refusals_and_security_are_told() -> None:
    for path, operations in DOCUMENT["paths"].items():
        for method, told in operations.items():
            name = f"{method} {path}"
            is_public = "/public/" in path
            assert ("401" in told["responses"]) is not is_public, name
            assert bool(told["security"]) is not is_public, name
            for status, answer in told["responses"].items():
                (kind,) = answer["content"]
                assert (kind == "application/problem+json") is (int(status) >= 400), (name, status)
    assert {"bearer", "signature", "session"} == set(DOCUMENT["components"]["securitySchemes"])


def test_no_two_schemas_have_one_name() -> None:
    """The document keeps one of a name: the other would be described with its fields."""
    names = [each.__name__ for each in OURS]
    assert names == sorted(set(names))


def test_every_schema_is_used() -> None:
    used = json.dumps(DOCUMENT["paths"]) + json.dumps(SCHEMAS)
    bases = {base for each in OURS for base in each.__mro__[1:]}
    unused = {each for each in OURS if f'schemas/{each.__name__}"' not in used}
    # Of a query the document shows the fields alone.
    assert {each.__name__ for each in unused - bases if not each.__name__.endswith("Asked")} == set()


@pytest.mark.parametrize("shown", SHOWN, ids=lambda shown: shown.__name__)
def test_examples_are_what_they_are_examples_of(shown: type[Schema]) -> None:
    told = SCHEMAS[shown.__name__]
    (said,) = told["examples"]
    jsonschema_rs.Draft202012Validator({**told, "components": DOCUMENT["components"]}).validate(said)
    assert set(said) <= set(told["properties"])
    shown.model_validate(said)
    if "rules" in said:
        assert parse_rules(said["rules"])


@pytest.mark.parametrize("name", READERS)
def test_examples_of_bodies_are_read_without_a_fault(name: str) -> None:
    method, path = name.split(" ")
    told = DOCUMENT["paths"][f"/api/v1/{path}"][method.lower()]
    schema = told["requestBody"]["content"]["application/json"]
    (said,) = schema["schema"]["examples"]
    jsonschema_rs.Draft202012Validator(schema["schema"], validate_formats=True).validate(said)
    assert set(said) <= set(schema["schema"]["properties"])
    read = READERS[name](json.dumps(said).encode())
    assert not getattr(read, "notes", ()), "left out"
