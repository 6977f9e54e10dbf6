"""``imloop agent`` beside a running or a stopped agent: the queue, another try, vouchers, a settings file."""

from __future__ import annotations

import json
from datetime import datetime
from pathlib import Path

import pytest

from imloop.agent.config import read_config
from imloop.agent.inlets.inlet import take
from imloop.agent.run import china_now
from imloop.agent.spool import Spool, State
from support.city import NEAR
from support.messages.uploads import test_message
from support.servers.commands import Commands


@pytest.fixture
def spool(tmp_path: Path) -> Path:
    kept, now = Spool(tmp_path / "spool"), china_now()
    for number in range(3):
        message = test_message(
            datetime.fromisoformat("2026-03-05T09:00:00+08:00"), station=NEAR, test_no=f"T{number}"
        )
        take(kept, json.dumps(message).encode(), now)
    kept.settle(1, State.SENT, 201, b"{}", "", now)
    kept.settle(2, State.REFUSED, 422, b'{"code":"malformed"}', "422 malformed", now)
    kept.close()
    return tmp_path / "spool"


def test_the_queue_is_shown_and_a_refused_message_tried_again(offline: Commands, spool: Path) -> None:
    told = offline("agent", "queue", "--spool", spool, "--json")
    answer = json.loads(told.stdout)
    assert told.returncode == 1  # something was refused
    assert (answer["waiting"], answer["sent"], answer["refused"]) == (1, 1, 1)
    assert [item["state"] for item in answer["items"]] == ["sent", "refused", "waiting"]
    assert "422 malformed" in offline("agent", "queue", "--spool", spool).stdout
    assert offline("agent", "retry", 2, "--spool", spool).returncode == 0
    assert offline("agent", "retry", 2, "--spool", spool).returncode == 1
    only = json.loads(offline("agent", "queue", "--spool", spool, "--state", "waiting", "--json").stdout)
    assert [item["id"] for item in only["items"]] == [2, 3] and only["refused"] == 0
    assert offline("agent", "queue", "--spool", spool.parent / "nothing").returncode == 2


def test_a_settings_file_is_written_once_from_answers(offline: Commands, tmp_path: Path) -> None:
    file = tmp_path / "agent.toml"
    given = ["--url", "https://imloop.example", "--station", NEAR, "--key-file", "station.key"]
    given += ["--watch", "inbox", "--port", "8123", "--lines", "01,02"]
    assert offline("agent", "init", file, *given).returncode == 0
    assert read_config(file).lines == ("01", "02")
    assert offline("agent", "init", file, *given).returncode == 2
    assert offline("agent", "voucher", "list", "--config", file, "--json").stdout.strip() == "[]"
    assert "没有离线凭单" in offline("agent", "voucher", "list", "--config", file).stdout
    papers = [
        "--plate",
        "桂B12345",
        "--vin",
        "LFV2A21K6J3123456",
        "--shop",
        "S",
        "--settlement",
        "J",
        "--certificate",
        "H",
    ]
    used = offline("agent", "voucher", "use", *papers, "--config", file)
    assert used.returncode == 2 and "no-voucher-left" in used.stderr


def test_without_settings_it_says_what_is_missing(offline: Commands, tmp_path: Path) -> None:
    done = offline("agent", "run", "--spool", tmp_path / "s", "--station", NEAR)
    assert done.returncode == 2 and "url" in done.stderr
    key = tmp_path / "key"
    key.write_text("k", encoding="utf-8")
    key.chmod(0o644)
    open_key = offline(
        "agent",
        "run",
        "--spool",
        tmp_path / "s",
        "--station",
        NEAR,
        "--url",
        "http://127.0.0.1:1",
        "--key-file",
        key,
    )
    assert open_key.returncode == 2 and "key-file-open" in open_key.stderr


def test_settings_and_key_of_a_demo_station_in_one_command(imloop: Commands, tmp_path: Path) -> None:
    data, folder = tmp_path / "var", tmp_path / "agent-demo"
    missing = imloop("agent", "demo", "--data", data, "--folder", folder)
    assert missing.returncode == 2 and "make run" in missing.stderr
    data.mkdir()
    known = {"base_url": "http://127.0.0.1:8077", "keys": {NEAR: "the-key-of-near", "M1": "k"}}
    (data / "demo-credentials.json").write_text(json.dumps(known), encoding="utf-8")
    for _ in range(2):  # a new demo city has new keys
        done = imloop("agent", "demo", NEAR, "--data", data, "--folder", folder)
        assert done.returncode == 0 and f"--config {folder / 'agent.toml'}" in done.stdout
    settings = read_config(folder / "agent.toml")
    assert (settings.url, settings.station, settings.lines) == (known["base_url"], NEAR, ("01",))
    assert settings.watch == folder / "inbox" and settings.watch.is_dir()
    assert settings.key_file is not None
    assert settings.key_file.read_text(encoding="utf-8") == "the-key-of-near"
    assert settings.key_file.stat().st_mode & 0o077 == 0
    assert "the-key" not in (folder / "agent.toml").read_text(encoding="utf-8") + done.stdout
    assert imloop("agent", "demo", "nobody", "--data", data, "--folder", folder).returncode == 2
