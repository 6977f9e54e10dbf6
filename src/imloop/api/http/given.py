"""What a call is given, read as every other door reads it: the JSON of its body, and the shapes of its values.

The framework by itself takes the last of two values of one name, no Chinese encoding, text that no database keeps, and
``2015112`` for a moment of January 1970.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime, time
from decimal import Decimal
from typing import Annotated

from django.http import HttpRequest
from ninja.parser import Parser
from ninja.types import DictStrAny
from pydantic import BeforeValidator, Field, StrictInt, ValidationInfo

from imloop.api.http.answers import body_of
from imloop.exchange.reading import CENT, Reader, decimal_of, parse_json
from imloop.exchange.whole_message import tidied
from imloop.facts.days import clock_in, read_day, read_moment
from imloop.facts.refusal import Malformed, Problem
from imloop.facts.text import Text


class OneReading(Parser):
    """Whoever sends it is there to correct it: what cannot be kept is refused and never left out."""

    def parse_body(self, request: HttpRequest) -> DictStrAny:
        problems: list[Problem] = []
        message = tidied(parse_json(body_of(request)), problems, controls=False)
        Reader(message, problems=problems).finish()
        return message


def _read(read: Callable[[str, str], object]) -> Callable[[object, ValidationInfo], object]:
    def reading(value: object, about: ValidationInfo) -> object:
        if value is None or not isinstance(value, (str, int, float)):
            return value  # the framework says what is wrong with it
        return read(str(value), about.field_name or "")

    return reading


def _day(text: str, name: str) -> date:
    return read_day(text, at=name)


def _moment(text: str, name: str) -> datetime:
    return read_moment(text, at=name)


def _clock(text: str, name: str) -> time:
    found = clock_in(text)
    if found is None:
        words = Text(f"{name}：应为时间，如 08:30。", f"{name}: a time such as 08:30.")
        raise Malformed("wrong-value", words, at=name)
    return found


def _money(text: str, name: str) -> Decimal:
    amount = decimal_of(text)
    if amount is None or amount != amount.quantize(CENT):
        words = Text(f'{name}：应为金额，如 "460.00"。', f'{name}: an amount such as "460.00".')
        raise Malformed("wrong-value", words, at=name)
    return amount


Day = Annotated[date, BeforeValidator(_read(_day))]
Moment = Annotated[datetime, BeforeValidator(_read(_moment))]
"""In China's time where no offset is given."""
Clock = Annotated[time, BeforeValidator(_read(_clock))]
Yuan = Annotated[Decimal, BeforeValidator(_read(_money))]
Number = Annotated[float, Field(allow_inf_nan=False)]
Typed = str | StrictInt | None
"""What a form would ask: words, or a count, which true is not."""
