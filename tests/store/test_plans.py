"""However much is kept, what is asked every day reads an index: no statement reads a growing table from end to end.

The database has no statistics, as a file has that was never analysed: what is fast must not hang on them.
"""

from __future__ import annotations

from collections.abc import Sequence

import pytest
from django.db import connection

from imloop.sim.world.identifiers import make_vin
from imloop.steps.cases.ask_permit import ask_permit
from imloop.steps.desk.work_list import tasks
from imloop.store.models import Case
from imloop.store.statements import fetch_all
from support.city import FAR, LISTED, NEAR, City, at
from support.doors import Doors
from support.messages.uploads import PLATE, VIN, repair_message, test_message
from support.servers.query_plans import Recorder, calls, read_whole, recording
from support.stories.two_cities import TwoCities

REGISTERS = (
    *("party", "line", "fee", "software", "outage", "draw", "journalhead", "counter", "stationtoken"),
    *("standing", "certificate", "staff", "equipment", "lineorder", "opening", "receiver", "restart", "link"),
)
"""Tables that grow with the stations of a place and with the years, not with the traffic: they may be read whole."""
ALLOWED = {
    "vehicles/register/hold_change.py store_apikey": "the keys of one party: a few",
    "outages/compare_papers.py store_paperunlock": "shown in outages, and only what no record came for yet",
    "vehicles/enrol_guest_vehicle.py store_enrolment": "guests of other provinces: a handful a day",
}
"""By the file of the steps that asks and the table, with the reason why reading much of it does no harm."""
DAILY = ("heartbeat", "upload", "permit", "repair", "work list")
SECOND = {"vin": make_vin("LFV", "2A21K", 2018, "3", 7), "plate": "桂B10007"}
THIRD = {"vin": make_vin("LFV", "2A21K", 2018, "3", 8), "plate": "桂B10008"}
REPLATED = {"vin": make_vin("LFV", "2A21K", 2018, "3", 9), "plate": "桂B10006"}


def a_morning(doors: Doors, city: City, found: Recorder) -> None:
    """Of the loop, through its doors; each deed is recorded under its name."""
    city.enter()
    doors.at("2026-03-05 09:30")
    TwoCities.build(city)
    city.enter(**{**REPLATED, "plate": "桂B10005"})
    city.enter("2025-01-02 08:00", **REPLATED)
    found.doing = "heartbeat"
    doors.post("heartbeats", _heartbeat(sequence=7), by=FAR)
    found.doing = "upload"
    doors.at("2026-03-05 10:45")
    of_second = {"ecu": "engine", "vin": THIRD["vin"], "calid": "A", "cvn": "B"}
    failed = _run("10:00", 8, SECOND, co=0.9, obd={"communication": True, "ecus": [of_second]})
    doors.post("tests", failed, by=FAR)
    doors.post("tests", failed, by=FAR, expect=200)
    doors.post("tests", _run("10:10", 10, THIRD), by=FAR)
    doors.post("tests", _run("10:20", 9, {"vin": "", "plate": "桂B10009"}), by=FAR)
    doors.post("tests", _run("10:30", 11, REPLATED), by=FAR)
    found.doing = "permit"
    for names in ({"vin": VIN}, {"plate": PLATE}, {"vin": VIN, "plate": PLATE}, {"plate": "桂B10009"}):
        ask_permit(city.callers[NEAR], station=NEAR, at=at("2026-03-05 11:00"), **names)
    found.doing = "repair"
    doors.at("2026-03-05 16:30")
    case = Case.objects.get(vehicle__vin=SECOND["vin"])
    doors.post(
        "repairs",
        repair_message(at("2026-03-05 16:00"), shop=LISTED, case_no=case.case_no, **SECOND),
        by=LISTED,
    )
    found.doing = "work list"
    for caller in city.callers.values():
        if caller.is_department:
            tasks(caller, at("2026-03-05 17:00"))


def _run(
    at_time: str, sequence: int, names: dict[str, str], co: float = 0.1, **more: object
) -> dict[str, object]:
    message = test_message(at(f"2026-03-05 {at_time}"), station=FAR, co=co, **more)
    vehicle = message["vehicle"]
    assert isinstance(vehicle, dict)
    return {**message, "sequence": sequence, "vehicle": {**vehicle, **names}, "fee_yuan": "90.00"}


def _heartbeat(sequence: int) -> dict[str, object]:
    program = {"software": "x", "software_sha256": "a" * 64, "status": "idle"}
    line = {"line": "01", "clock": "2026-03-05T09:30:00+08:00", "sequence": sequence, "spooled": 0, **program}
    return {"station": FAR, "lines": [line]}


def _much(file: str, sql: str, parameters: Sequence[object] = ()) -> list[str]:
    """Growing tables that a statement reads whole, or by what a large part of their rows have in common."""
    tables = read_whole(sql, parameters) - {f"store_{name}" for name in REGISTERS}
    return sorted(table for table in tables if f"{file.removeprefix('imloop/steps/')} {table}" not in ALLOWED)


def test_no_statement_of_the_daily_work_reads_a_growing_table_whole(
    doors: Doors, city: City, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Those of the ORM and the prepared ones, as a morning asks them; and every prepared statement of the program, for
    each of which it is known what it says: it stands in the source, or the morning came by."""
    with recording(monkeypatch) as found:
        a_morning(doors, city, found)
    daily = [asked for asked in found.asked.values() if asked.doing in DAILY]
    assert {asked.doing for asked in daily} == set(DAILY)
    faults = {
        f"{asked.site}: {', '.join(tables)}: {asked.sql}"
        for asked in daily
        if (tables := _much(asked.site.file, asked.sql, asked.parameters))
    }
    reached = {asked.site for asked in found.asked.values()}
    for call in calls():
        if not call.statements and not any(call.holds(site) for site in reached):
            faults.add(f"{call.site}: never asked here, and not to be read from the source")
        faults |= {
            f"{call.site}: {', '.join(tables)}: {sql}"
            for sql in call.statements
            if (tables := _much(call.site.file, sql))
        }
    assert not faults, "\n".join(sorted(faults))


@pytest.mark.one_database("sqlite", reason="PostgreSQL keeps a prepared statement's plan")
def test_what_stations_ask_is_planned_once(doors: Doors, city: City, monkeypatch: pytest.MonkeyPatch) -> None:
    """SQLite plans a statement anew for each bound value that could prove the condition of an index over part of the
    rows. Lists of a place (LIKE) are asked for by people, seldom enough."""
    connection.ensure_connection()
    if not connection.connection.execute(
        "SELECT 1 FROM pragma_module_list WHERE name = 'sqlite_stmt'"
    ).fetchone():
        pytest.skip("this SQLite does not count how often a statement was planned")
    with recording(monkeypatch) as found:
        a_morning(doors, city, found)
    again = "SELECT sql FROM sqlite_stmt WHERE reprep > 0 AND sql NOT LIKE '%LIKE%'"
    assert connection.connection.execute(again).fetchall() == []


@pytest.mark.one_database("postgresql", reason="SQLite keeps plans by itself")
@pytest.mark.usefixtures("db")
def test_postgresql_plans_a_written_statement_once() -> None:
    asked = "SELECT name FROM store_party WHERE code = %s"
    for code in ("a", "b"):
        fetch_all(asked, [code])
    kept = "SELECT generic_plans, custom_plans FROM pg_prepared_statements WHERE statement = %s"
    assert fetch_all(kept, [asked.replace("%s", "$1")]) == [(2, 0)]


@pytest.mark.usefixtures("city")
def test_the_plans_are_read_without_statistics() -> None:
    with connection.cursor() as cursor:
        tables = connection.introspection.table_names(cursor)
        if connection.vendor == "postgresql":
            cursor.execute("SELECT count(*) FROM pg_stats WHERE tablename LIKE 'store_%'")
            assert cursor.fetchone() == (0,)
    assert "sqlite_stat1" not in tables


@pytest.mark.usefixtures("db")
@pytest.mark.parametrize(
    ("sql", "tables"),
    [
        ("SELECT * FROM store_test WHERE law_hash = %s", {"store_test"}),
        ("SELECT count(*) FROM store_journalentry WHERE actor = %s", {"store_journalentry"}),
        ("UPDATE store_finding SET resolution = '' WHERE subject = %s", {"store_finding"}),
        ("SELECT * FROM store_test WHERE vehicle_id = %s", set()),
        ("SELECT * FROM store_finding WHERE station_code = %s AND resolved_at IS NULL", set()),
        ("SELECT * FROM store_rawupload WHERE sha256 = %s AND kind = %s AND party_id = %s", set()),
    ],
)
def test_a_plan_that_reads_a_table_whole_is_seen(sql: str, tables: set[str]) -> None:
    assert read_whole(sql, ()) - {"store_party"} == tables


@pytest.mark.one_database("sqlite", reason="PostgreSQL chooses between indexes by its own counts")
@pytest.mark.usefixtures("db")
def test_an_index_over_all_that_a_station_sent_is_none() -> None:
    assert read_whole("SELECT * FROM store_rawupload WHERE party_id = %s AND kind = %s", ()) == {
        "store_rawupload"
    }
    assert read_whole("SELECT * FROM store_finding WHERE station_code = %s", ()) == {"store_finding"}
