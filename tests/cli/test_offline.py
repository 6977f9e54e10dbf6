"""Commands as a user types them: output, exit codes, one line for bad input."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path

import msgspec
import pytest

from support.city import NEAR, at
from support.messages.uploads import test_message
from support.servers.commands import Commands
from support.thresholds import one, write


@pytest.fixture
def files(tmp_path: Path) -> dict[str, Path]:
    found = {}
    for name, co in (("pass", 0.1), ("fail", 0.9)):
        found[name] = tmp_path / f"{name}.json"
        found[name].write_bytes(
            msgspec.json.encode(test_message(at("2026-03-05 09:00"), station=NEAR, co=co))
        )
    found["bad"] = tmp_path / "bad.json"
    found["bad"].write_text('{"schema":')
    return found


def test_judge_json_one_object_per_line_in_file_order(offline: Commands, files: dict[str, Path]) -> None:
    done = offline("judge", str(files["pass"]), str(files["fail"]), "--json")
    assert done.returncode == 1
    assert [json.loads(line)["verdict"] for line in done.stdout.splitlines()] == ["pass", "fail"]
    assert offline("judge", str(files["pass"])).returncode == 0


def test_judge_takes_the_place_from_the_station_and_the_law_of_the_day(
    offline: Commands, files: dict[str, Path]
) -> None:
    law = json.loads(offline("judge", str(files["pass"]), "--json").stdout)["law"]
    assert (law["place"], law["on"]) == ("450203", "2026-03-05")
    limit_b = json.loads(offline("judge", str(files["pass"]), "--json", "--limit-set", "b").stdout)
    assert limit_b["limit_set"] == "b"


def test_explain_shows_steps(offline: Commands, files: dict[str, Path]) -> None:
    shown = offline("judge", str(files["fail"]), "--explain").stdout
    assert "步骤" in shown and "Σ(C·DF·kH) / 10" in shown


@pytest.mark.parametrize(
    "arguments",
    [
        ("judge", "nowhere.json"),
        ("judge", "BAD"),
        ("judge", "BAD", "--on", "yesterday"),
        ("deadline", "2026-13-01"),
        ("deadline", "2026-03-01", "--days", "0"),
        ("law", "show", "--on", "x"),
        ("nonsense",),
    ],
)
def test_bad_input_is_one_line_and_exit_2(
    offline: Commands, files: dict[str, Path], arguments: tuple[str, ...], tmp_path: Path
) -> None:
    given = [str(files["bad"]) if argument == "BAD" else argument for argument in arguments]
    done = offline(*given)
    assert done.returncode == 2
    assert "Traceback" not in done.stderr
    assert done.stderr.strip()


def test_deadline(offline: Commands) -> None:
    answer = json.loads(offline("deadline", "2026-02-05", "--json").stdout)
    assert answer["deadline"] == "2026-03-04"
    assert (answer["start"], answer["provisional"], len(answer["days"])) == ("2026-02-05", False, 15)


def test_law_commands(offline: Commands) -> None:
    assert offline("law", "check").returncode == 0
    shown = json.loads(offline("law", "show", "--place", "450200", "--on", "2026-03-05", "--json").stdout)
    assert all(row["cite"] for row in shown["values"])
    assert all(row["source_says_en"] and row["since"] for row in shown["thresholds"])
    assert shown["watch_hash"] not in (shown["hash"], shown["verdict_hash"])
    printed = offline("law", "show", "--on", "2026-03-05", "--prefix", "df_low").stdout
    assert "not law" in printed and "fuel-balance" in printed and "deadline" not in printed


def test_law_check_names_what_is_wrong_with_a_threshold(offline: Commands, tmp_path: Path) -> None:
    body = one("df_low.df", "1", date(2026, 3, 5), 0.8)
    assert offline("law", "check", write(tmp_path, body)).returncode == 0
    done = offline("law", "check", write(tmp_path, body.replace('    unit: "1"\n', "")))
    assert done.returncode == 1 and "city.yaml df_low.df.unit: unit is missing" in done.stdout
