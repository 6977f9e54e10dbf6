"""``imloop draw``: a draw is verified without a database; departments' steps from the server's command line."""

from __future__ import annotations

import json
from datetime import date, timedelta
from pathlib import Path

import pytest

from support.servers.commands import Commands
from support.stories.a_draw import journalled, published

ENVIRONMENT, MARKET = "450200-environment", "450200-market"
BY_ENVIRONMENT = ("--as", ENVIRONMENT, "--person", "environment")
BY_MARKET = ("--as", MARKET, "--person", "market")


def test_verify_needs_the_file_alone(offline: Commands, tmp_path: Path) -> None:
    file, kept = tmp_path / "draw.json", tmp_path / "roots.json"
    export, roots = journalled(published())
    file.write_text(json.dumps(export), encoding="utf-8")
    kept.write_text(json.dumps(roots), encoding="utf-8")
    done = offline("draw", "verify", file, "--roots", kept, "--json")
    said = json.loads(done.stdout)
    assert (done.returncode, said["faults"], said["not_checkable"]) == (0, [], [])
    done = offline("draw", "verify", file)
    assert done.returncode == 3 and "无法核对" in done.stdout and "no published root" in done.stdout
    export["nonces"][ENVIRONMENT] = "00"
    file.write_text(json.dumps(export), encoding="utf-8")
    done = offline("draw", "verify", file, "--roots", kept)
    assert done.returncode == 1 and "不符" in done.stdout
    file.write_text('{"schema": "imloop.draw/1"}')
    done = offline("draw", "verify", file)
    assert (done.returncode, done.stderr.count("\n"), "malformed-draw" in done.stderr) == (2, 1, True)
    assert offline("draw", "verify", tmp_path / "none.json").returncode == 2


@pytest.fixture(scope="module")
def city(imloop: Commands) -> Path:
    """Twelve repairers and two departments, by the commands an operator has."""
    assert imloop("prepare", IMLOOP_ADMIN="first", IMLOOP_ADMIN_PASSWORD="a long passphrase").returncode == 0
    rows = [f"M4502030{n:02d},修理厂{n},450203,2025-01-01,方案五(三)" for n in range(12)]
    shops = imloop.data / "shops.csv"
    shops.write_text("code,name,place,since,cite\n" + "\n".join(rows) + "\n", encoding="utf-8")
    assert imloop("import", "repairers", shops).returncode == 0
    return imloop.data


def plan(folder: Path) -> Path:
    today = date.today()
    days = [(today + timedelta(days=n)).isoformat() for n in (5, 6, 8, 9, 20, 60)]
    sources = [
        {"code": code, "name": code, "on": on, "fallback": {"name": "次日", "on": later}}
        for code, on, later in (("ssq", days[0], days[2]), ("dlt", days[1], days[3]))
    ]
    asked = {"period": "2026Q1", "visits": {"M": 3}, "first": days[4], "last": days[5], "sources": sources}
    file = folder / "plan.json"
    file.write_text(json.dumps(asked), encoding="utf-8")
    return file


def test_a_draw_is_prepared_joined_fixed_and_listed(imloop: Commands, city: Path) -> None:
    departments(imloop)
    made = imloop("draw", "new", plan(city), *BY_ENVIRONMENT)
    assert made.returncode == 0, made.stderr
    no = made.stdout.strip()
    for party, name in ((ENVIRONMENT, "env"), (MARKET, "market")):
        secret = city / name
        digest = imloop("draw", "nonce", secret).stdout
        assert secret.stat().st_mode & 0o777 == 0o600
        assert imloop("draw", "nonce", secret).returncode == 2  # never over an old one
        kind = party.split("-")[1]
        people = ("--inspector", kind, "--inspector", f"{kind}2", "--conflict", f"{kind}2 M450203001 亲属")
        done = imloop("draw", "join", no, secret, "--as", party, "--person", kind, *people)
        assert (done.returncode, done.stdout) == (0, digest), done.stderr
    early = imloop("draw", "commit", no, *BY_ENVIRONMENT)
    assert (early.returncode, "not-by-the-same" in early.stderr) == (2, True)
    commitment = imloop("draw", "commit", no, *BY_MARKET).stdout.strip()
    row = json.loads(imloop("draw", "list", "--json").stdout)[0]
    assert (row["no"], row["state"], row["commitment"]) == (no, "committed", commitment)
    assert no in imloop("draw", "list").stdout
    early = imloop("draw", "number", no, "ssq", "01 02", *BY_MARKET)
    assert (early.returncode, "too-early" in early.stderr) == (2, True)
    early = imloop("draw", "reveal", no, city / "env", *BY_ENVIRONMENT)
    assert (early.returncode, "numbers-missing" in early.stderr) == (2, True)
    file = city / "draw.json"
    assert imloop("draw", "export", no, file).returncode == 0
    assert json.loads(file.read_text())["commitment"] == commitment
    assert imloop("draw", "verify", file).returncode == 2  # not published yet
    assert imloop("draw", "publish", no, *BY_MARKET).returncode == 2
    ended = imloop("draw", "void", no, *BY_MARKET, "--reason", "名单有误，重新编制")
    assert (ended.returncode, "waiting" in ended.stdout) == (0, True), "the supervisor confirms it"
    assert imloop("draw", "new", city / "env", *BY_MARKET).returncode == 2


def departments(imloop: Commands) -> None:
    """Each with two people, the first of whom has its name."""
    for kind in ("environment", "market"):
        added = imloop("party", "add", kind, kind, "--place", "450200", "--reason", "机构名录")
        assert added.returncode == 0, added.stderr
        for name in (kind, f"{kind}2"):
            person = imloop("user", name, "--party", f"450200-{kind}", IMLOOP_PASSWORD="a long passphrase")
            assert person.returncode == 0, person.stderr
