"""``imloop dialect``: the maps as tables, and the self-test a vendor runs before the first upload."""

from __future__ import annotations

import json
from pathlib import Path

from imloop.exchange.dialects import every
from support.servers.commands import Commands

EXAMPLES = Path(__file__).parents[1] / "exchange" / "dialects"


def test_the_dialects_are_listed_and_shown(offline: Commands) -> None:
    listed = json.loads(offline("dialect", "list", "--json").stdout)
    assert [each["name"] for each in listed] == list(every())
    shown = json.loads(offline("dialect", "show", "line-ini", "--json").stdout)
    method = next(row for row in shown["fields"] if row["ours"] == "method")
    assert method["theirs"] == "Task.TestType" and "WT→ASM" in method["how"] and method["required"]
    assert "Task.TestType" in offline("dialect", "show", "line-ini").stdout
    assert offline("dialect", "show", "klingon").returncode == 2


def test_a_conforming_file_is_explained_and_judged(offline: Commands) -> None:
    done = offline(
        "dialect", "check", EXAMPLES / "hj1238-lugdown.xml", EXAMPLES / "jtt1132-repair.json", "--json"
    )
    assert done.returncode == 0, done.stderr
    test, repair = (json.loads(line) for line in done.stdout.splitlines())
    assert (test["dialect"], test["verdict"], test["conformant"]) == ("hj1238", "fail", True)
    assert (repair["dialect"], repair["kind"]) == ("jtt1132", "repair")
    assert "符合" in offline("dialect", "check", EXAMPLES / "line-csv-tsi.csv").stdout


def test_a_file_that_does_not_conform_says_where(offline: Commands, tmp_path: Path) -> None:
    file = tmp_path / "one.ini"
    file.write_bytes((EXAMPLES / "line-ini-lists.ini").read_bytes().replace(b"StationCode", b"Station"))
    done = offline("dialect", "check", file, "--json")
    answer = json.loads(done.stdout)
    assert done.returncode == 1 and not answer["conformant"]
    assert [each["path"] for each in answer["problems"]] == ["$.station"]
    assert "Task.StationCode" in answer["problems"][0]["detail"]
    assert any(each["state"] == "ignored" and each["theirs"] == "Task.Station" for each in answer["fields"])
    spoken = offline("dialect", "check", file)
    assert spoken.returncode == 1 and "不符合" in spoken.stdout and "Task.StationCode" in spoken.stdout


def test_a_wrong_dialect_is_no_conformance_and_an_unknown_one_bad_usage(offline: Commands) -> None:
    file = EXAMPLES / "line-ini-lists.ini"
    assert offline("dialect", "check", file, "--dialect", "line-csv").returncode == 1
    assert offline("dialect", "check", file, "--dialect", "klingon").returncode == 2
    assert offline("dialect", "check", EXAMPLES / "nothing.ini").returncode == 2


def test_an_example_can_be_written_and_checked(offline: Commands, tmp_path: Path) -> None:
    ours = tmp_path / "ours.json"
    sample = offline("sim", "sample", "ASM", "--station", "450203001")
    assert sample.returncode == 0, sample.stderr
    ours.write_text(sample.stdout, encoding="utf-8")
    file = tmp_path / "theirs.csv"
    file.write_text(offline("dialect", "example", "line-csv", ours).stdout, encoding="utf-8")
    assert offline("dialect", "check", file).returncode == 0
    assert offline("dialect", "example", "line-csv", ours, "--container", "xml").returncode == 2
