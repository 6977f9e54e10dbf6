"""Every answer of the API that a test gets is compared with what its route declares.

The views hand ready answers to the framework, which does not check them. So it is done here, more strictly than the
document is: an answer may hold no field that is not declared.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from typing import Any
from unittest.mock import patch

import jsonschema_rs
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from ninja.operation import Operation

from imloop.api.app import api

_RUN = Operation.run


@contextmanager
def answers_checked() -> Iterator[None]:
    """As long as it lasts."""

    def run(operation: Operation, request: HttpRequest, **given: Any) -> HttpResponseBase:
        answer = _RUN(operation, request, **given)
        if operation.api is api and answer.status_code < 400:
            path = re.sub(r"\{\w+:", "{", operation.path.removeprefix("/"))  # which signs a placeholder takes
            check(f"{request.method} {path}", answer)
        return answer

    with patch.object(Operation, "run", run):
        yield


def check(name: str, answer: Any) -> None:
    """Raises ``AssertionError`` that names every difference between answer and document."""
    declared = _answers()[name]
    status, kind = answer.status_code, answer["Content-Type"].partition(";")[0]
    assert str(status) in declared, f"{name} answers {status}, which is not declared"
    (told,) = declared[str(status)]
    assert told in (kind, "*/*"), f"{name} answers {kind}, declared is {told}"
    if kind == "application/json":
        faults = [
            f"${''.join(f'[{part!r}]' for part in fault.instance_path)}: {fault.message[:300]}"
            for fault in _validator(name, str(status)).iter_errors(json.loads(answer.content))
        ]
        assert not faults, f"{name} {status} is not as declared:\n" + "\n".join(faults)


@cache
def _document() -> dict[str, Any]:
    return closed(json.loads(json.dumps(api.get_openapi_schema())))


@cache
def _answers() -> dict[str, dict[str, Any]]:
    """By call and status: what is declared by media type."""
    return {
        f"{method.upper()} {path.removeprefix('/api/v1/')}": {
            status: {kind: content["schema"] for kind, content in told["content"].items()}
            for status, told in operation["responses"].items()
        }
        for path, operations in _document()["paths"].items()
        for method, operation in operations.items()
    }


@cache
def _validator(name: str, status: str) -> jsonschema_rs.Draft202012Validator:
    schema = {**_answers()[name][status]["application/json"], "components": _document()["components"]}
    return jsonschema_rs.Draft202012Validator(schema, validate_formats=True)


def closed(schema: Any) -> Any:
    """The same with every object closed that says which fields it has."""
    if isinstance(schema, list):
        return [closed(each) for each in schema]
    if not isinstance(schema, dict):
        return schema
    found = {key: closed(value) for key, value in schema.items()}
    if isinstance(found.get("properties"), dict) and found.get("type") == "object":
        found.setdefault("additionalProperties", False)
    return found
