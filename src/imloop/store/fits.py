"""What a column cannot hold is refused on SQLite as on PostgreSQL: text too long, a number beyond its range or digits.

SQLite would keep it, and the row could not move to PostgreSQL, or could not be read again at all.
"""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from functools import lru_cache
from typing import Any

from django.db import DataError, models
from django.db.models.signals import pre_save

_SMALL, _PLAIN, _BIG = 2**15, 2**31, 2**63
_BELOW: tuple[tuple[type[models.IntegerField[Any, Any]], int], ...] = (
    (models.SmallIntegerField, _SMALL),
    (models.PositiveSmallIntegerField, _SMALL),
    (models.BigIntegerField, _BIG),
    (models.PositiveBigIntegerField, _BIG),
    (models.IntegerField, _PLAIN),
)
_Fits = Callable[[Any], bool]


def install() -> None:
    """For every row that is saved through its model."""
    pre_save.connect(_before_save, dispatch_uid="imloop-fits")


@lru_cache(maxsize=1024)
def fits(field: models.Field[Any, Any]) -> _Fits | None:
    """Does a value fit the field's column? None: any value of its type does."""
    if isinstance(field, models.CharField) and field.max_length is not None:
        longest = field.max_length
        return lambda value: not isinstance(value, str) or len(value) <= longest
    if isinstance(field, models.DecimalField):
        beyond = Decimal(10) ** ((field.max_digits or 0) - (field.decimal_places or 0))
        return lambda value: not isinstance(value, Decimal) or (value.is_finite() and abs(value) < beyond)
    below = next((below for kind, below in _BELOW if isinstance(field, kind)), None)
    if below is None:
        return None
    return lambda value: not isinstance(value, int) or -below <= value < below


def require_fits(field: models.Field[Any, Any], value: object) -> None:
    """Raises ``DataError`` naming the column."""
    check = fits(field)
    if check is not None and not check(value):
        raise DataError(f"{field.model._meta.db_table}.{field.column} cannot hold the value")


def _before_save(
    sender: type[models.Model], instance: models.Model, raw: bool = False, **more: object
) -> None:
    if sender._meta.app_label != "store" or raw:
        return
    named = more.get("update_fields")
    for field in sender._meta.concrete_fields:
        if not isinstance(named, frozenset) or field.name in named:
            require_fits(field, instance.__dict__.get(field.attname))
