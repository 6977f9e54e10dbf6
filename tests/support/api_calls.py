"""Every call of the API as OpenAPI describes it, with values that fit, so that only the caller decides the answer."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django.http import HttpResponse
from django.test import Client

from imloop.api.app import api
from support.city import NEAR, PLACE

_KNOWN = {"station": NEAR, "place": PLACE, "code": NEAR, "party": NEAR, "plate": "桂B12345", "method": "ASM"}
_FORMATS = {"date": "2026-03-02", "date-time": "2026-03-02T09:00:00+08:00", "time": "09:00:00"}


@dataclass(frozen=True, slots=True)
class Call:
    """``path`` below ``/api/v1/`` with its placeholders; ``query`` and ``body`` hold what is required."""

    method: str
    path: str
    query: dict[str, str]
    body: object
    places: dict[str, str]

    @property
    def name(self) -> str:
        return f"{self.method} {self.path}"

    def by(self, client: Client) -> HttpResponse:
        path = self.path.format(**self.places)
        return client.generic(
            self.method,
            f"/api/v1/{path}",
            json.dumps(self.body).encode(),
            content_type="application/json",
            query_params=self.query,
        )


def calls() -> Iterator[Call]:
    schema = api.get_openapi_schema()
    for path, operations in schema["paths"].items():
        for method, told in operations.items():
            parameters = told.get("parameters", [])
            values = {each["name"]: _value(each["name"], each["schema"], schema) for each in parameters}
            body = (
                told.get("requestBody", {}).get("content", {}).get("application/json", {}).get("schema", {})
            )
            yield Call(
                method.upper(),
                path.removeprefix("/api/v1/"),
                {
                    each["name"]: str(values[each["name"]])
                    for each in parameters
                    if each["in"] == "query" and each.get("required")
                },
                _value("", body, schema) if body else {},
                {each["name"]: str(values[each["name"]]) for each in parameters if each["in"] == "path"},
            )


def _value(name: str, shape: dict[str, Any], schema: Any) -> object:
    if name in _KNOWN:
        return _KNOWN[name]
    if "$ref" in shape:
        return _value(name, schema["components"]["schemas"][shape["$ref"].rpartition("/")[2]], schema)
    if "anyOf" in shape:
        return _value(name, shape["anyOf"][0], schema)
    if "enum" in shape:
        return shape["enum"][0]
    kind = shape.get("type")
    if kind == "object":
        wanted = shape.get("required", [])
        return {each: _value(each, shape.get("properties", {})[each], schema) for each in wanted}
    if kind == "array":
        return [_value("", shape.get("items", {}), schema)]
    if kind in ("integer", "number"):
        return 1
    if kind == "boolean":
        return True
    return _FORMATS.get(shape.get("format", ""), "x")
