"""Commands as a user types them: output, exit codes, one line for bad input."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path

import msgspec
import pytest

from imloop.cli.offline import show
from support.city import NEAR, at
from support.law_files import book_with, law_file, one, row, unseen, write
from support.messages.uploads import test_message
from support.servers.commands import Commands


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


def test_what_is_no_message_is_said_in_whole_sentences(offline: Commands, tmp_path: Path) -> None:
    note = tmp_path / "note.md"
    note.write_text("# note\n\n[其他](other.md)\n\nNot, a table.\n" * 3, encoding="utf-8")
    said = offline("judge", str(note)).stderr
    assert "。" in said and "。。" not in said and ".." not in said


def test_a_sample_needs_no_station(offline: Commands) -> None:
    for kind, sender in (("TSI", "station"), ("repair", "shop")):
        assert json.loads(offline("sim", "sample", kind).stdout)[sender]


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


def test_law_show_prints_what_was_not_seen(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    book = book_with(
        law_file(tmp_path, "city", {"warranty.days": unseen("2026-03-01")}, "450200"),
        law_file(tmp_path, "heard-of", {}, "450200", text="confidence: title_only"),
    )
    monkeypatch.setattr("imloop.law.load", lambda: book)
    show("450200", "2026-03-05", "", False)
    lines = capsys.readouterr().out.splitlines()
    row = next(line for line in lines if line.startswith("warranty.days "))
    assert " – " in row and "unseen: 文本未见，不作推断 · text not seen; nothing is inferred" in row
    assert any("title_only: 只知题名，文本未见 · known by its title alone" in line for line in lines)
    show("450200", "2026-03-05", "", True)
    found = json.loads(capsys.readouterr().out)
    assert "标题" in [each["says"] for each in found["titles"]]
    assert {each["key"]: each["value"] for each in found["values"]}["warranty.days"] is None


@pytest.mark.parametrize(
    ("key", "value", "named"),
    [
        ("phase", "fulll", "'fulll' is not one of none, general, transition, full"),
        ("retest.documants.body", "[invoice]", "no such key; near it: retest.documents.body"),
    ],
)
def test_law_check_knows_the_words(
    offline: Commands, tmp_path: Path, key: str, value: str, named: str
) -> None:
    done = offline("law", "check", law_file(tmp_path, "plan", {key: row("2026-01-01", value)}, unit=""))
    assert done.returncode == 1 and f"plan.yaml {key}: {named}" in done.stdout


def test_law_show_marks_what_nobody_decides_by(offline: Commands) -> None:
    shown = offline("law", "show", "--place", "450200", "--on", "2026-03-05").stdout.splitlines()
    marks = {
        line.split()[0]: "to be read only" in line
        for line in shown
        if line.startswith(("scrap.", "deadline."))
    }
    assert marks["scrap.grounds"] and not marks["deadline.days"]
