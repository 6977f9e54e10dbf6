"""Every call of the OpenAPI document with generated messages, good and bad: no 5xx, no status that the document does
not name, no answer of another shape. ``IMLOOP_SCHEMATHESIS=500`` asks for as many examples of each call instead of
the few here.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from typing import Any

import pytest
import schemathesis
from django.db import transaction
from django.test import override_settings
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from hypothesis.errors import Unsatisfiable
from schemathesis import GenerationMode
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from imloop.api.app import CALLS
from support.city import LISTED, NEAR, PLACE, City
from support.doors import Doors
from support.stories.two_cities import TwoCities

EXAMPLES = int(os.environ.get("IMLOOP_SCHEMATHESIS", "6"))
CHECKS = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_schema_conformance,
]
OWNERS = {"istation": NEAR, "mstation": LISTED}
if EXAMPLES < 50:
    pytestmark = pytest.mark.one_database(
        "sqlite", reason="generated messages are many; more, on both, by request"
    )


def _application() -> Any:
    from imloop.site.wsgi import application

    return application


def operations() -> list[Any]:
    schema = schemathesis.openapi.from_wsgi("/api/v1/openapi.json", _application())
    return [found.ok() for found in schema.get_all_operations()]


@pytest.fixture
def keys(city: City, doors: Doors, monkeypatch: pytest.MonkeyPatch) -> Iterator[dict[str, str]]:
    """A key of every kind of party, in a city with one object of everything."""
    doors.at("2026-03-05 09:30")
    world = TwoCities.build(city)
    # The framework would close the connection that holds the test's transaction.
    monkeypatch.setattr("django.core.signals.request_started.send", lambda *_, **__: None)
    monkeypatch.setattr("django.core.signals.request_finished.send", lambda *_, **__: None)
    monkeypatch.setattr("imloop.store.connection_pool.renew", lambda: None)
    kinds = ("istation", "mstation", "environment", "transport", "market", "police", "supervisor", "admin")
    found = {kind: city.key(OWNERS.get(kind, f"{PLACE}-{kind}")) for kind in kinds}
    with override_settings(PUBLIC_ASKS_PER_MINUTE=10**9, CALLS_PER_MINUTE=0):
        yield found | {"names": world.names}  # type: ignore[operator]


@pytest.mark.parametrize("mode", [GenerationMode.POSITIVE, GenerationMode.NEGATIVE], ids=["good", "bad"])
def test_the_document_is_kept(keys: dict[str, Any], mode: GenerationMode) -> None:
    faults = []
    for operation in operations():
        try:
            examples_of(operation, mode, keys)()
        except Unsatisfiable:
            continue  # nothing about this call can be made wrong
        except BaseExceptionGroup as several:
            faults.append(f"{operation.label}: {several.exceptions[0]}")
        except Exception as error:
            faults.append(f"{operation.label}: {error}")
    assert not faults, "\n\n".join(faults)


def examples_of(operation: Any, mode: GenerationMode, keys: dict[str, Any]) -> Any:
    """Calls the operation with generated messages, by every kind of party it is for;
    half the objects named are there."""
    kinds = CALLS[f"{operation.method.upper()} {operation.path.partition('/v1/')[2]}"].who

    @settings(
        max_examples=EXAMPLES,
        deadline=None,
        database=None,
        derandomize=True,
        suppress_health_check=list(HealthCheck),
        report_multiple_bugs=False,
    )
    @given(
        case=operation.as_strategy(generation_mode=mode),
        by=st.sampled_from([*kinds] or [""]),
        known=st.booleans(),
    )
    def one(case: Any, by: str, known: bool) -> None:
        for name in set(keys["names"]) & set(case.path_parameters or {}) if known else ():
            case.path_parameters[name] = keys["names"][name]
        headers = {"Authorization": f"Bearer {keys[by]}"} if by else {}
        with transaction.atomic():
            answer = case.call(headers=headers)
            transaction.set_rollback(True)
        case.validate_response(answer, checks=CHECKS)

    return one
