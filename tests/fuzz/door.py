"""The doors with a database behind them: whatever arrives is answered, and kept whole or not at all."""

from __future__ import annotations

import json
import tempfile
from collections import Counter
from datetime import date
from pathlib import Path
from typing import NoReturn

from django.apps import apps
from django.test import Client

from imloop.exchange.imports import import_file, rejected_rows
from imloop.facts.codes import Method
from imloop.facts.refusal import Refusal
from imloop.steps.ground.access import SYSTEM
from imloop.steps.ground.keep_raw import raw_bytes
from imloop.store.models import Equipment, Line, RawUpload, Test
from support.city import LISTED, NEAR, PLACE, City, at

PATHS = {"test": "tests", "repair": "repairs", "check": "equipment-checks", "heartbeat": "heartbeats"} | {
    "redemption": "offline-vouchers/redeem",
    "application": "public/applications",
}
SENDERS = {"repair": LISTED, "application": ""}
"""All others come from the I-station."""
UPLOADS = {"test", "repair", "check", "redemption"}
LEFT_BEHIND = {"RawUpload", "JournalEntry", "Finding", "WrongClaim", "ApiKey"}
"""What a refusal may leave: the bytes, its entry, a doubt."""
SHOWN = ("public/stations", f"public/repairers?near={NEAR}")
NOW = at("2026-03-05 10:00")


class Doors:
    """The small city with one key for each sender. The clock stands still."""

    def __init__(self, city: City) -> None:
        self.city = city
        Line.objects.update(methods=list(Method))
        station = Line.objects.filter(station__code=NEAR).latest("code").station
        line = Line.objects.create(station=station, code="03", methods=["ASM"], since=date(2020, 1, 1))
        Equipment.objects.create(line=line, kind="analyser", model="M", serial="A1", since=date(2020, 1, 1))
        city.test("2026-03-04 09:00", co=9.9)  # the repair of the seeds has a case to answer
        self._clients = {code: city.client(code) for code in (NEAR, LISTED)} | {"": Client()}

    def send(self, kind: str, body: bytes) -> str:
        """The answer's status and code. Whatever else is raised is a finding, and so is a message that is half kept."""
        before = rows()
        sender = self._clients[SENDERS.get(kind, NEAR)]
        answer = sender.post(f"/api/v1/{PATHS[kind]}", data=body, content_type="application/json")
        assert answer.status_code < 500, answer.content
        new = rows() - before
        if answer.status_code >= 400:
            assert set(new) <= LEFT_BEHIND, f"{answer.status_code} left {new}"
        if kind in UPLOADS and new:
            raw = RawUpload.objects.latest("pk")
            assert new["RawUpload"] == 1 and raw_bytes(raw) == body
            assert bool(raw.refused) is (answer.status_code >= 400)
        if answer.status_code == 201 and kind in ("test", "repair"):
            assert new["Test" if kind == "test" else "Repair"] == 1 and new["JournalEntry"]
            self._told_again(kind, body)
        return f"{answer.status_code} {answer.json().get('code', '')}".strip()

    def _told_again(self, kind: str, body: bytes) -> None:
        """What was taken is known when it is sent a second time; a test is shown, and its verdict comes out again."""
        sender, path = self._clients[SENDERS.get(kind, NEAR)], f"/api/v1/{PATHS[kind]}"
        again = sender.post(path, data=body, content_type="application/json")
        assert again.status_code == 200, again.content
        if kind != "test":
            return
        number = Test.objects.latest("pk").test_no
        for path in (f"tests/{number}", f"tests/{number}/replay", "feed"):
            told = sender.get(f"/api/v1/{path}")
            assert told.status_code == 200 and told.json().get("same", True), (path, told.content)

    def enter(self, kind: str, ending: str, body: bytes) -> str:
        """An import's figures, or the refusal's code."""
        before = rows()
        caller = self.city.callers[f"{PLACE}-police"] if kind == "vehicles" else SYSTEM
        with tempfile.TemporaryDirectory() as name:
            file = Path(name) / f"list.{ending}"
            file.write_bytes(body)
            try:
                state = import_file(kind, file, Path(name) / "imports", caller, lambda: NOW)
            except Refusal as refusal:
                assert refusal.text.zh and refusal.text.en
                assert refusal.code != "cannot-be-kept", "one row takes none of its block with it"
                return refusal.code
            rejected = list(rejected_rows(Path(name) / "imports", kind, state.digest))
        new = rows() - before
        for path in SHOWN:
            told = self._clients[""].get(f"/api/v1/{path}")
            assert told.status_code == 200, told.content
            json.loads(told.content, parse_constant=_no_json)
        assert len(rejected) == state.rejected and all(reason for _, reason in rejected)
        kept = {name: new[name] for name in ("Vehicle", "Party", "Standing", "Line") if new[name]}
        assert new["Vehicle"] == state.new and (state.entered or not kept), kept
        return f"{state.entered} entered, {state.rejected} rejected"


def _no_json(word: str) -> NoReturn:
    raise AssertionError(f"{word} is no JSON")


def rows() -> Counter[str]:
    """How many rows each table has."""
    return Counter(
        {
            model.__name__: model._default_manager.count()
            for model in apps.get_app_config("store").get_models()
        }
    )
