"""Every table of the store has one rule for the application's role, and the rule fits the table's triggers."""

from __future__ import annotations

import re
from collections import Counter

import pytest
from django.apps import apps
from django.db import connection

from imloop.store.grants import APPEND_ONLY, NEVER_REMOVED, PARTLY_FREE, REMOVED, statements

pytestmark = pytest.mark.one_database("sqlite", reason="its list of triggers is read")


def test_every_table_of_the_store_is_under_one_rule() -> None:
    ruled = Counter([*APPEND_ONLY, *PARTLY_FREE, *NEVER_REMOVED, *REMOVED])
    assert {table for table, times in ruled.items() if times > 1} == set()
    models = apps.get_app_config("store").get_models(include_auto_created=True)
    assert set(ruled) == {model._meta.db_table for model in models}


def test_what_triggers_freeze_is_refused_to_the_role_and_what_they_leave_free_is_not(db: None) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT tbl_name, name, sql FROM sqlite_master WHERE type = 'trigger'")
        found = cursor.fetchall()
    kept = {table for table, name, _ in found if name.endswith("_no_delete")}
    frozen = {
        table: columns.group(1).split(", ")
        for table, name, sql in found
        if name.endswith("_no_update") and (columns := re.search(r"UPDATE OF (.*?) ON", sql))
    }
    assert set(APPEND_ONLY) == kept - set(frozen)
    for table, columns in frozen.items():
        with connection.cursor() as cursor:
            known = connection.introspection.get_table_description(cursor, table)
        assert set(PARTLY_FREE[table]) == {column.name for column in known} - set(columns), table
    assert set(frozen) == set(PARTLY_FREE) <= kept


def test_the_statements_name_every_table_that_is_kept() -> None:
    said = " ".join(statements("app"))
    assert not [table for table in (*APPEND_ONLY, *PARTLY_FREE, *NEVER_REMOVED) if table not in said]
