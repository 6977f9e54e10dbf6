"""Somebody with the database in hand changes what was kept:
as the application's role they cannot, as owner they are caught."""

from __future__ import annotations

from collections.abc import Iterator
from urllib.parse import urlsplit, urlunsplit

import pytest
from django.db import connection

from imloop.steps.journal import prove_journal
from imloop.steps.journal.check_against_journal import unlike_the_journal
from imloop.steps.journal.seals import seal
from support.city import City, at
from support.servers.commands import Commands

ENTRY = "store_journalentry"
CHANGES = {
    "what an entry says": f"UPDATE {ENTRY} SET body = replace(body, 'fail', 'pass') WHERE kind = 'test-received'",
    "who did it": f"UPDATE {ENTRY} SET actor = 'nobody' WHERE number = 2",
    "when it was": f"UPDATE {ENTRY} SET at = '2020-01-01T00:00:00+08:00' WHERE number = 2",
    "the hash": f"UPDATE {ENTRY} SET hash = previous WHERE number = 2",
    "an entry is removed": f"DELETE FROM {ENTRY} WHERE number = 2",
    "the last entries are removed": f"DELETE FROM {ENTRY} WHERE number > 3",
    "all are removed": f"DELETE FROM {ENTRY}",
    "an entry is copied": f"INSERT INTO {ENTRY} SELECT number + 1000, at, kind, actor, subject, body, previous, hash"
    f" FROM {ENTRY} WHERE number = 2",
    "two change places": (
        f"UPDATE {ENTRY} SET number = CASE number WHEN 2 THEN 9003 ELSE 9002 END WHERE number IN (2, 3)"
    ),
    "the head": "UPDATE store_journalhead SET number = number - 1",
    "a root": "UPDATE store_journalseal SET root = hash FROM store_journalhead",
    "a day": "DELETE FROM store_journalseal",
    "a result": "UPDATE store_test SET result = 'pass'",
    "a verdict": "UPDATE store_test SET verdict = replace(CAST(verdict AS text), '\"fail\"', '\"pass\"'){json}",
    "a receipt": "UPDATE store_test SET receipt = replace(CAST(receipt AS text), '\"fail\"', '\"pass\"'){json}",
    "the bytes": "UPDATE store_rawupload SET body = {blob}",
    "their hash": "UPDATE store_rawupload SET sha256 = 'a' WHERE kind = 'test'",
    "accepted to refused": "UPDATE store_rawupload SET refused = 'malformed'",
    "a test's number": "UPDATE store_test SET test_no = 'T-9' WHERE test_no = 'T-2'",
    "a repair's case": "UPDATE store_repair SET repair_no = 'W-9'",
    "what happened to a case": "UPDATE store_caseevent SET kind = 'TestPassed' WHERE number = 2",
    "how it ended": "UPDATE store_caseevent SET after = 'closed' WHERE number = 2",
    "the law of an event": "UPDATE store_caseevent SET law_hash = ''",
    "an event is removed": "DELETE FROM store_caseevent WHERE number = 2",
    "a case's state": "UPDATE store_case SET state = 'closed'",
}
CAST_BACK = {
    "sqlite": {"{json}": "", "{blob}": "X'28B52FFD'"},
    "postgresql": {"{json}": "::jsonb", "{blob}": "'\\x28b52ffd'"},
}
FROZEN = ("journalentry", "caseevent", "notice", "test", "repair", "rawupload", "journalseal")


def unfreeze() -> None:
    """What only the owner of the tables can do."""
    with connection.cursor() as cursor:
        for table in FROZEN:
            for event in ("update", "delete"):
                on = f" ON store_{table}" if connection.vendor == "postgresql" else ""
                cursor.execute(f"DROP TRIGGER store_{table}_no_{event}{on}")
        on = " ON store_test" if connection.vendor == "postgresql" else ""
        cursor.execute(f"DROP TRIGGER store_test_once{on}")


@pytest.fixture
def three_steps(city: City) -> None:
    city.test("2026-03-02 09:00", co=0.9)
    city.repair("2026-03-03 15:00")
    seal(at("2026-03-04 00:05"))
    city.test("2026-03-04 09:00", co=0.9, test_no="T-2")
    assert found() == []
    unfreeze()
    assert found() == []


def found() -> list[str]:
    return prove_journal.faults() + prove_journal.faulty_cases() + unlike_the_journal()


@pytest.mark.parametrize("what", CHANGES)
def test_the_owner_of_the_tables_is_caught(three_steps: None, what: str) -> None:
    sql = CHANGES[what]
    for mark, value in CAST_BACK[connection.vendor].items():
        sql = sql.replace(mark, value)
    if connection.vendor == "postgresql" and "::jsonb" in sql:
        sql = sql.replace("= replace(", "= (replace(").replace("::jsonb", ")::jsonb")
    with connection.cursor() as cursor:
        cursor.execute(sql)
        assert cursor.rowcount != 0, "something was changed"
    assert found()


ROLE, PASSWORD = "imloop_app_test", "only-for-tests"
FORBIDDEN = (
    f"UPDATE {ENTRY} SET body = ''",
    f"DELETE FROM {ENTRY}",
    "UPDATE store_evidence SET words = ''",
    "DELETE FROM store_copy",
    "DELETE FROM store_matter",
    f"TRUNCATE {ENTRY}",
    f"INSERT INTO {ENTRY} SELECT * FROM {ENTRY} ON CONFLICT (number) DO UPDATE SET body = ''",
    f"MERGE INTO {ENTRY} e USING store_journalhead h ON true WHEN MATCHED THEN UPDATE SET body = ''",
    f"SELECT * FROM {ENTRY} FOR UPDATE",
    f"DROP TRIGGER {ENTRY}_no_update ON {ENTRY}",
    f"ALTER TABLE {ENTRY} DISABLE TRIGGER ALL",
    f"ALTER TABLE {ENTRY} RENAME TO old",
    f"ALTER TABLE {ENTRY} OWNER TO {ROLE}",
    f"DROP TABLE {ENTRY} CASCADE",
    f"CREATE RULE away AS ON INSERT TO {ENTRY} DO INSTEAD NOTHING",
    f"CREATE TRIGGER away BEFORE INSERT ON {ENTRY} FOR EACH ROW EXECUTE FUNCTION imloop_frozen()",
    f"GRANT UPDATE ON {ENTRY} TO {ROLE}",
    "CREATE OR REPLACE FUNCTION imloop_frozen() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NEW; END'",
    "SET session_replication_role = replica",
    "SET ROLE {owner}",
    f"COPY {ENTRY} FROM PROGRAM 'true'",
    "DELETE FROM store_journalhead",
    "TRUNCATE store_journalhead",
    "UPDATE store_journalseal SET root = ''",
    "UPDATE store_test SET receipt = '{{}}'",
    "DELETE FROM store_repair",
    "UPDATE store_caseevent SET after = 'closed'",
    "UPDATE store_notice SET content = '{{}}'",
    "DELETE FROM store_rawupload",
    "TRUNCATE store_rawupload CASCADE",
    "UPDATE store_registerfile SET body = ''",
    "DELETE FROM store_proposal",
)
UPLOAD = """
import django
django.setup()
from imloop.steps.ground.access import caller_for
from imloop.store.models import Party
from support.city import City
city = City(callers={p.code: caller_for(p) for p in Party.objects.all()})
city.repair("2026-03-03 15:00")
city.test("2026-03-04 09:00", co=0.1, test_no="T-2")
"""
BUILD = """
import django
django.setup()
from support.city import City
City.build().test("2026-03-02 09:00", co=0.9)
"""


@pytest.fixture(scope="module")
def role_url(imloop: Commands) -> Iterator[str]:
    """The address of the database for the application's own role, granted what ``imloop journal grants`` prints."""
    import psycopg

    url = imloop.environment["DATABASE_URL"]
    assert imloop("prepare").returncode == 0
    with psycopg.connect(url, autocommit=True) as owner:
        owner.execute(f"CREATE ROLE {ROLE} LOGIN PASSWORD '{PASSWORD}'")
        try:
            owner.execute(imloop("journal", "grants", ROLE).stdout)
            parts = urlsplit(url)
            host = parts.netloc.rpartition("@")[2]
            yield urlunsplit(parts._replace(netloc=f"{ROLE}:{PASSWORD}@{host}"))
        finally:
            owner.execute(f"DROP OWNED BY {ROLE}")
            owner.execute(f"DROP ROLE {ROLE}")


@pytest.mark.one_database("postgresql", reason="roles are PostgreSQL's")
def test_the_application_s_role_adds_to_the_journal_and_can_do_nothing_else(
    imloop: Commands, role_url: str
) -> None:
    import psycopg

    owner_url = imloop.environment["DATABASE_URL"]
    imloop.python(BUILD, DATABASE_URL=owner_url)
    assert imloop("prepare", DATABASE_URL=role_url).returncode == 0, "nothing to migrate: the role may serve"
    imloop.python(UPLOAD, DATABASE_URL=role_url)
    with psycopg.connect(owner_url) as owner:
        (name,) = owner.execute("SELECT current_user").fetchone()  # type: ignore[misc]
    refusals = (psycopg.errors.InsufficientPrivilege, psycopg.errors.InvalidGrantOperation)
    with psycopg.connect(role_url, autocommit=True) as role:
        assert role.execute("SELECT current_user").fetchone() == (ROLE,)
        for statement in FORBIDDEN:
            if statement.startswith("GRANT"):
                role.execute(statement)  # only a warning: no privileges were granted
                assert role.execute(f"SELECT has_table_privilege('{ENTRY}', 'UPDATE')").fetchone() == (False,)
                continue
            with pytest.raises(refusals):
                role.execute(statement.format(owner=name))
        # What a test counts for is decided later on, too; its result by one way alone, which a trigger watches.
        role.execute("UPDATE store_test SET counts = counts")
        with pytest.raises(psycopg.errors.RaiseException, match="never changed"):
            role.execute("UPDATE store_test SET result = 'pass'")
    assert imloop("check").returncode == 0, imloop("check").stdout
    assert imloop("journal", "verify").returncode == 0
