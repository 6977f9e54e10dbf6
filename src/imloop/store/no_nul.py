"""SQLite refuses a NUL in text and JSON as PostgreSQL does, so that what one keeps can always move to the other."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from typing import Any

from django.db import DataError
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.backends.signals import connection_created

_ESCAPED = re.compile(r"(?<!\\)(?:\\\\)*\\u0000")
"""A NUL as JSON writes it: an odd number of backslashes before ``u0000``."""


def install() -> None:
    """For every connection that this process opens from now on."""
    connection_created.connect(_watch, dispatch_uid="imloop-no-nul")


def require_no_nul(parameters: Iterable[object]) -> None:
    """Raises ``DataError`` for a NUL in text."""
    for value in parameters:
        if isinstance(value, str) and "\x00" in value:
            raise DataError("text cannot contain NUL")


def json_without_nul(text: str) -> str:
    """The same JSON; ``DataError`` where a text in it has a NUL."""
    if "\\u0000" in text and _ESCAPED.search(text):
        raise DataError("JSON cannot contain NUL")
    return text


def _watch(connection: BaseDatabaseWrapper, **_: object) -> None:
    if connection.vendor != "sqlite" or _checked in connection.execute_wrappers:
        return
    connection.execute_wrappers.append(_checked)
    operations: Any = connection.ops
    adapt = operations.adapt_json_value
    operations.adapt_json_value = lambda value, encoder: json_without_nul(adapt(value, encoder))


def _checked(execute: Callable[..., Any], sql: str, params: Any, many: bool, context: dict[str, Any]) -> Any:
    for each in (params or ()) if many else (params or (),):
        require_no_nul(each.values() if isinstance(each, dict) else each)
    return execute(sql, params, many, context)
