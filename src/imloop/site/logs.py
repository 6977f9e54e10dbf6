"""Logs for machines and people, without personal data.

One line an event, JSON unless set otherwise. What a library fills into its message is left out (an address, a parameter
of SQL, a header), and of an exception the kind and the places in the code are kept, not what it says. Whatever still
looks like a VIN, a plate, a phone number or a key is blotted out at the very end.
"""

from __future__ import annotations

import re
import traceback
from collections.abc import MutableMapping
from contextvars import ContextVar
from pathlib import PurePath
from types import TracebackType
from typing import Any, cast

import structlog

Event = MutableMapping[str, Any]
_ExcInfo = tuple[type[BaseException], BaseException, TracebackType | None]
_PERSONAL = re.compile(
    r"imk_[0-9a-f]+_[\w-]+"  # a key
    r"|(?<![A-Za-z0-9])[A-HJ-NPR-Z0-9]{17}(?![A-Za-z0-9])"  # VIN
    r"|[\u4e00-\u9fff][A-Z][A-Z0-9]{4,6}[\u4e00-\u9fff]?"  # plate
    r"|(?<!\d)1[3-9]\d{9}(?!\d)"  # telephone
)
_MOST_FRAMES = 12
REQUEST_NUMBER: ContextVar[str] = ContextVar("request number", default="")


def blot(text: str) -> str:
    """The line with everything that looks like personal data blotted out."""
    return _PERSONAL.sub("▮", text)


def _numbered(_logger: object, _method: str, event: Event) -> Event:
    if number := REQUEST_NUMBER.get():
        event["request_id"] = number
    return event


def _bare_exception(_logger: object, _method: str, event: Event) -> Event:
    """``exc_info`` becomes kinds and places, innermost last."""
    given = event.pop("exc_info", None)
    if isinstance(given, BaseException):
        given = (type(given), given, given.__traceback__)
    if not isinstance(given, tuple) or given[1] is None:
        return event
    error: BaseException | None = cast(_ExcInfo, given)[1]
    kinds = []
    while error is not None:
        kinds.append(type(error).__qualname__)
        error = error.__cause__ or error.__context__
    frames = traceback.extract_tb(cast(_ExcInfo, given)[2])[-_MOST_FRAMES:]
    event["error"] = " ← ".join(kinds)
    event["at"] = [f"{_short(frame.filename)}:{frame.lineno} {frame.name}" for frame in frames]
    return event


def _short(file: str) -> str:
    """From the package on: where it is installed says nothing."""
    return "/".join(PurePath(file).parts[-3:])


class _Json:
    def __init__(self) -> None:
        self._render = structlog.processors.JSONRenderer(ensure_ascii=False)

    def __call__(self, logger: object, method: str, event: Event) -> str:
        return blot(str(self._render(logger, method, event)))


class _Plain:
    def __call__(self, _logger: object, _method: str, event: Event) -> str:
        head = f"{event.pop('time', '')} {event.pop('level', '')} {event.pop('logger', '')}: {event.pop('event', '')}"
        return blot(" ".join([head, *(f"{key}={value}" for key, value in event.items())]))


def logging_of(level: str, form: str) -> dict[str, object]:
    """Django's ``LOGGING``, and structlog's own set-up. ``form``: ``json`` or ``plain``."""
    shared: list[Any] = [
        _numbered,
        structlog.stdlib.add_log_level,
        structlog.stdlib.add_logger_name,
        structlog.processors.TimeStamper(fmt="iso", key="time"),
    ]
    structlog.configure(
        processors=[
            structlog.stdlib.filter_by_level,
            *shared,
            structlog.stdlib.ProcessorFormatter.wrap_for_formatter,
        ],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
        cache_logger_on_first_use=True,
    )
    formatter = {
        "()": structlog.stdlib.ProcessorFormatter,
        "foreign_pre_chain": [*shared, structlog.stdlib.ExtraAdder(allow=["status_code"])],
        "processors": [
            _bare_exception,
            structlog.stdlib.ProcessorFormatter.remove_processors_meta,
            _Plain() if form == "plain" else _Json(),
        ],
        "use_get_message": False,
    }
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "formatters": {"events": formatter},
        "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "events"}},
        # A refusal is an answer, not an event for the log; a fault is logged by ``site/health.py: failed``.
        "loggers": {"django.request": {"level": "CRITICAL"}},
        "root": {"handlers": ["console"], "level": level},
    }
