"""Stations that upload without pause, send again what was not answered, and write down what was acknowledged."""

from __future__ import annotations

import hashlib
import json
import os
import random
import threading
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
import msgspec

from imloop.facts.days import CHINA
from support.messages.uploads import repair_message, test_message

RECORD_DUE = timedelta(minutes=10, seconds=50)
"""After the failed test: a record that comes later is later than the retest by more than two clocks may differ. On a
slow machine a server that was killed may be away for so long."""
PERSISTENT = 0.3
"""Seconds before the same bytes are sent again."""


@dataclass(frozen=True)
class Upload:
    """One message. ``early``: sent before its time, to be refused; its bytes come again later."""

    kind: str
    path: str
    number: str
    by: str
    body: bytes
    early: bool = False


def digest_of(value: object) -> str:
    """The same for equal JSON, however it was written."""
    text = json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()


class Client(threading.Thread):
    """One I-station and one shop that serves its customers; vehicle after vehicle until told to stop."""

    def __init__(
        self, number: int, base_url: str, pair: tuple[str, str], keys: dict[str, str], log: Path, seed: int
    ) -> None:
        super().__init__(name=f"client-{number}", daemon=True)
        self.number, self.base_url, self.pair, self.keys = number, base_url, pair, keys
        self.random = random.Random(seed * 1000 + number)
        # One line each: of two heartbeats at the same moment the later to be kept may be the earlier.
        self.line = f"{1 + number // 2 % 2:02d}"
        self.stopping = threading.Event()
        self.counts: Counter[str] = Counter()
        self.surprises: list[str] = []
        self.slowest = 0.0
        self._log = log.open("a", encoding="utf-8")
        self._acknowledged: list[tuple[Upload, str]] = []
        self._http = httpx.Client(base_url=base_url, timeout=30)

    def run(self) -> None:
        for upload in self._uploads():
            if self.stopping.is_set():
                break
            self._bring(upload)
            if self._acknowledged and self.random.random() < 0.15:
                self._bring_again()
        self._log.close()
        self._http.close()

    def _uploads(self) -> Iterator[Upload]:
        """Fails, repairs and passes of one vehicle after the other; some out of order."""
        station, shop = self.pair
        sequence = 0
        while True:
            sequence += 1
            vehicle = self.number * 100_000 + sequence
            who = {
                "vin": f"LSVAU2180N{vehicle % 10_000_000:07d}",
                "plate": f"桂{'BCDEFGHJKL'[self.number % 10]}{sequence % 100_000:05d}",
            }
            start = datetime.now(CHINA).replace(microsecond=0) - timedelta(minutes=9)
            failed = self._test(station, start, who, co=0.9)
            # A day in nine minutes: each is told when it has happened, as the platform's clock wants it.
            repair = repair_message(start + timedelta(minutes=5, seconds=30), shop=shop, **who)
            repair["received_at"] = (start + timedelta(minutes=4)).isoformat()
            mended = Upload("repair", "repairs", str(repair["repair_no"]), shop, msgspec.json.encode(repair))
            retest = self._test(station, start + timedelta(minutes=6), who, co=0.1, purpose="retest")
            yield failed
            if self.random.random() < 0.3:
                yield Upload(retest.kind, retest.path, retest.number, retest.by, retest.body, early=True)
            yield self._heartbeat(station, sequence)
            yield mended
            if datetime.now(CHINA) < start + RECORD_DUE:
                yield retest
            else:
                self.counts["left out: the repair came after the retest"] += 1

    def _test(self, station: str, start: datetime, who: dict[str, str], **change: Any) -> Upload:
        message = test_message(start, station=station, **change)
        vehicle = message["vehicle"]
        assert isinstance(vehicle, dict)
        message["vehicle"] = {**vehicle, **who}
        return Upload("test", "tests", str(message["test_no"]), station, msgspec.json.encode(message))

    def _heartbeat(self, station: str, sequence: int) -> Upload:
        sign = {"line": self.line, "status": "idle", "clock": datetime.now(CHINA).isoformat()}
        body = msgspec.json.encode({"station": station, "lines": [sign]})
        return Upload("heartbeat", "heartbeats", str(sequence), station, body)

    def _bring(self, upload: Upload) -> None:
        """Until it is answered for good: what was not acknowledged is sent again, byte for byte."""
        sent_at, tries = time.monotonic(), 0
        while True:
            tries += 1
            try:
                answer = self._post(upload)
            except httpx.HTTPError as error:
                self.counts[f"no answer ({type(error).__name__})"] += 1
            else:
                if answer.status_code < 500:
                    break
                self._note_failure(answer)
            if self.stopping.is_set():
                return  # never acknowledged: nothing is promised
            time.sleep(PERSISTENT)
        self.slowest = max(self.slowest, time.monotonic() - sent_at)
        if upload.early and answer.status_code == 403:
            self.counts["refused: too early"] += 1
        elif answer.status_code in (200, 201):
            self._acknowledge(upload, answer, tries)
        else:
            self.surprises.append(f"{upload.kind} {upload.number}: {answer.status_code} {answer.text[:300]}")

    def _post(self, upload: Upload) -> httpx.Response:
        return self._http.post(
            f"/api/v1/{upload.path}",
            content=upload.body,
            headers={"Authorization": f"Bearer {self.keys[upload.by]}", "Content-Type": "application/json"},
        )

    def _note_failure(self, answer: httpx.Response) -> None:
        """A failure has a name, and says when to come again."""
        kind = answer.headers.get("Content-Type", "")
        self.counts[f"answered {answer.status_code}"] += 1
        named = kind == "application/problem+json" and "Retry-After" in answer.headers
        if answer.status_code not in (503, 507) or not named:
            self.surprises.append(f"{answer.status_code} {kind}: {answer.text[:200]}")

    def _acknowledge(self, upload: Upload, answer: httpx.Response, tries: int) -> None:
        self.counts[f"acknowledged: {upload.kind}"] += 1
        if tries > 1 and answer.status_code == 200 and upload.kind != "heartbeat":
            self.counts["sent again, had been kept"] += 1
        receipt = digest_of(answer.json())
        if upload.kind != "heartbeat":
            self._acknowledged.append((upload, receipt))
            del self._acknowledged[:-200]
        said = {
            "kind": upload.kind,
            "number": upload.number,
            "by": upload.by,
            "line": self.line,
            "sha256": hashlib.sha256(upload.body).hexdigest(),
            "receipt": receipt,
            "at": answer.json().get("received_at"),
        }
        self._log.write(json.dumps(said) + "\n")
        self._log.flush()
        os.fsync(self._log.fileno())

    def _bring_again(self) -> None:
        """A duplicate of something acknowledged: the same receipt, and 200."""
        upload, receipt = self.random.choice(self._acknowledged)
        try:
            answer = self._post(upload)
        except httpx.HTTPError:
            return None
        if answer.status_code >= 500:
            return self._note_failure(answer)
        self.counts["duplicates sent"] += 1
        if answer.status_code != 200 or digest_of(answer.json()) != receipt:
            self.surprises.append(f"again {upload.number}: {answer.status_code}, another receipt")
        return None
