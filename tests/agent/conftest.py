"""An agent's parts on a folder of their own, with a clock that the test sets."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path

import msgspec
import pytest

from imloop.agent.sending.credentials import Credentials
from imloop.agent.sending.platform import Platform
from imloop.agent.sending.uploader import Step, Uploader
from imloop.agent.spool import Spool
from support.city import NEAR, at
from support.messages.uploads import test_message
from support.servers.fake_platform import FakePlatform

BEARER = Credentials("bearer", lambda *_: {"Authorization": "Bearer key"})


@dataclass
class Clock:
    moment: datetime = field(default_factory=lambda: at("2026-03-05 09:30"))

    def __call__(self) -> datetime:
        return self.moment

    def on(self, **by: float) -> None:
        self.moment += timedelta(**by)


@dataclass
class Bench:
    """Spool, uploader and the fake platform, wired together."""

    spool: Spool
    clock: Clock
    fake: FakePlatform
    platform: Platform
    uploader: Uploader

    def steps(self, count: int) -> list[Step]:
        return [self.uploader.step() for _ in range(count)]


def upload(number: int, **change: object) -> bytes:
    message = test_message(
        at("2026-03-05 09:00"), station=NEAR, test_no=f"T{number:04d}", sequence=number, **change
    )
    return msgspec.json.encode(message)


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def spool(tmp_path: Path) -> Iterator[Spool]:
    kept = Spool(tmp_path / "spool")
    yield kept
    kept.close()


@pytest.fixture
def bench(spool: Spool, clock: Clock) -> Iterator[Bench]:
    fake = FakePlatform()
    platform = Platform("http://platform.test", BEARER, transport=fake)
    yield Bench(spool, clock, fake, platform, Uploader(spool, platform, clock))
    platform.close()
