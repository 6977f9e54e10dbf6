"""Lists as offices really send them: the police's letters are entered, doubtful rows are named, no file harms."""

from __future__ import annotations

import csv
import io
import zipfile
from pathlib import Path

import msgspec
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from imloop.exchange.imports import Imported, import_file, rejected_rows
from imloop.facts.identifiers import vin_check_digit
from imloop.store.models import Vehicle
from support.city import City, at
from support.people import person

POLICE = "450200-police"


def vin(number: int) -> str:
    text = f"LKA0TFZK0SC{number:06d}"
    return f"{text[:8]}{vin_check_digit(text)}{text[9:]}"


def enter(city: City, tmp_path: Path, text: str, ending: str = "csv") -> tuple[Imported, dict[int, str]]:
    """What was entered, and row → reason of what was not."""
    file = tmp_path / f"list.{ending}"
    file.write_text(text, encoding="utf-8")
    done = import_file(
        "vehicles", file, tmp_path / "marks", city.callers[POLICE], lambda: at("2026-03-01 08:00")
    )
    return done, {
        int(row): reason for row, reason in rejected_rows(tmp_path / "marks", "vehicles", done.digest)
    }


def listed(**columns: str) -> str:
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow(["vin", "plate", *columns])
    writer.writerow([vin(1), "桂B10001", *columns.values()])
    return out.getvalue()


@pytest.mark.parametrize(
    ("letters", "status"),
    [
        *(
            (letters, "active")
            for letters in ("A", "G", "Q", "GQ", "QG", "G,Q", "g;q", "C", "D", "H", "I", "J", "K")
        ),
        *((letters, "active") for letters in ("L", "N", "O", "Z", "GKLQ")),
        *(("B", "moved_out"), ("BG", "moved_out")),
        *((letters, "cancelled") for letters in ("E", "M", "P", "EQ", "MP")),
    ],
)
def test_the_polices_own_letters_of_a_status(city: City, tmp_path: Path, letters: str, status: str) -> None:
    done, _ = enter(city, tmp_path, listed(status=letters))
    assert (done.new, Vehicle.objects.get().status) == (1, status)


@pytest.mark.parametrize("letters", ["AE", "BE", "X", "GX", "正常G", ",", "12"])
def test_letters_that_contradict_or_are_none_are_refused(city: City, tmp_path: Path, letters: str) -> None:
    done, refused = enter(city, tmp_path, listed(status=letters))
    assert done.new == 0 and "status" in refused[2]


@pytest.mark.parametrize(
    ("letters", "fuel", "second"),
    [
        ("A", "gasoline", ""),
        ("AC", "hybrid_gasoline", ""),
        ("AE", "gasoline", "cng"),
        ("BO", "hybrid_diesel", ""),
    ],
)
def test_the_polices_own_letters_of_a_fuel(
    city: City, tmp_path: Path, letters: str, fuel: str, second: str
) -> None:
    enter(city, tmp_path, listed(fuel=letters))
    car = Vehicle.objects.get()
    assert (car.fuel, car.facts.get("second_fuel", "")) == (fuel, second)


@pytest.mark.parametrize("letter", ["D", "N", "O", "Q", "Y", "Z", "AZ"])
def test_a_fuel_that_no_letter_names_is_entered_as_unknown(city: City, tmp_path: Path, letter: str) -> None:
    done, _ = enter(city, tmp_path, listed(fuel=letter))
    car = Vehicle.objects.get()
    assert (done.new, car.fuel, car.facts.get("fuel")) == (1, "", None)


def test_nor_does_it_overwrite_what_is_known(city: City, tmp_path: Path) -> None:
    enter(city, tmp_path, listed(fuel="B"))
    enter(city, tmp_path, listed(fuel="Z", owner_name="甲"))
    assert Vehicle.objects.get().fuel == "diesel"


def test_rows_that_are_not_whole_are_named_and_the_others_entered(city: City, tmp_path: Path) -> None:
    lines = [
        "vin,plate,owner_phone,owner_name",
        f"{vin(1)},桂B10001,13800000000,甲",
        "",
        f"{vin(2)},桂B10002,13800000000,甲,乙分公司",
        f"{vin(3)},桂B10003,1.38E+10,甲",
        f"{vin(4)},桂B10004,13800000000.0,甲",
        f"{vin(5)},桂B10005,#N/A,甲",
        f"{vin(6)},桂B10006",
        f"{vin(7)},桂B10007,,",
    ]
    done, refused = enter(city, tmp_path, "\n".join(lines))
    assert (done.new, done.rejected) == (3, 4)
    assert {row: reason.split(":")[0] for row, reason in refused.items()} == {
        4: "row-does-not-fit",
        5: "digits-lost",
        7: "cell-error",
        8: "row-does-not-fit",
    }
    assert {car.vin: car.owner_phone for car in Vehicle.objects.all()} == {
        vin(1): "13800000000",
        vin(4): "13800000000",
        vin(7): "",
    }


def test_a_first_row_that_is_not_whole_stops_nothing(city: City, tmp_path: Path) -> None:
    rows = [{"vin": vin(1), "plate": "桂B10001"}, {"vin": vin(2), "plate": "桂B10002"}]
    lines = ['{"vin": "A", "vin": "B"}', *(msgspec.json.encode(row).decode() for row in rows)]
    done, refused = enter(city, tmp_path, "\n".join(lines), "ndjson")
    assert done.new == 2 and list(refused) == [1]


def stray_cell() -> bytes:
    from exchange.test_tables import PARTS, cells

    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as book:
        for name, text in {**PARTS, "xl/worksheets/sheet1.xml": cells("A1", "XFD1048576")}.items():
            book.writestr(name, text)
    return out.getvalue()


def test_two_clicks_with_a_stray_cell_get_two_answers(city: City) -> None:
    client = person(POLICE)
    for _ in range(2):
        file = SimpleUploadedFile("车辆.xlsx", stray_cell())
        answer = client.post("/vehicles/import", {"file": file})
        assert answer.status_code == 422 and "多余的单元格" in answer.content.decode()
    assert client.get("/vehicles").status_code == 200
