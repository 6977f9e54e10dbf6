"""The suite runs on SQLite and on PostgreSQL: ``DATABASE_URL`` names a server, empty means SQLite. What does not depend
on the database is in one of both runs only: ``support.one_database``.

``db``           a migrated database; what a test writes is rolled back; the API's answers are checked (support.answers)
``lasting``      the same for what a module's tests share and do not change
``city``         a few registered parties in ``db``
``two_cities``   one object of everything, in ``lasting``
``doors``        the API of that city, at a moment the test names
``imloop``       commands as a user types them, with a data directory and a database of their own
``unprepared``   the same before anybody prepared that database
``offline``      commands that need no database, and find none
``live_server``  a real ``imloop serve --demo`` in a process of its own, with a database of its own
"""

from __future__ import annotations

import json
import os
import shutil
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import pytest
from filelock import FileLock

from support.one_database import COLLECTED, of_run
from support.servers.commands import Commands
from support.servers.databases import POSTGRESQL, Databases, undone

_TMP = tempfile.TemporaryDirectory(prefix="imloop-tests-")
# Below, DATABASE_URL becomes a database of this process: a parallel worker, too, must find what the run was given.
_GIVEN_URL = os.environ.setdefault("IMLOOP_TESTS_SERVER", os.environ.get("DATABASE_URL", ""))
DATABASES = Databases("" if _GIVEN_URL.startswith("sqlite") else _GIVEN_URL, Path(_TMP.name))

os.environ["IMLOOP_DATA"] = f"{_TMP.name}/data"
os.environ["IMLOOP_SECRET_KEY"] = "only-for-tests"
os.environ["IMLOOP_DEPARTMENT_TOTP"] = "0"  # its own tests turn it on
os.environ["DJANGO_SETTINGS_MODULE"] = "imloop.site.settings"
os.environ["DATABASE_URL"] = DATABASES.url("suite")

import django  # noqa: E402 - the environment above decides what it finds

django.setup()

from django.contrib.auth.hashers import Argon2PasswordHasher  # noqa: E402
from hypothesis import HealthCheck, settings  # noqa: E402

# Made a thousand times in a run: here a password is hashed by the same program with less work.
Argon2PasswordHasher.time_cost, Argon2PasswordHasher.memory_cost = 1, 64

# A slow machine makes no test fail: nothing here is about time.
settings.register_profile("any-machine", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.register_profile("quick", settings.get_profile("any-machine"), max_examples=10)
settings.register_profile("thorough", settings.get_profile("any-machine"), max_examples=1000)
settings.load_profile("any-machine")  # pytest --hypothesis-profile=quick | thorough: a tenth, ten times


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    config.stash[COLLECTED] = list(items)
    items[:] = of_run(items, DATABASES.kind)
    chosen = set(items)
    config.hook.pytest_deselected(items=[item for item in config.stash[COLLECTED] if item not in chosen])


def pytest_sessionfinish() -> None:
    from django.db import connections

    connections.close_all()
    DATABASES.drop()


@pytest.fixture(scope="session")
def databases() -> Databases:
    """The only door to a database: a test that comes through it runs on both kinds."""
    return DATABASES


@pytest.fixture(scope="session")
def migrated(databases: Databases) -> Iterator[None]:
    from django.db import connections

    from support.answers import answers_checked

    connections.close_all()
    databases.migrated("suite")
    with answers_checked():
        yield


@pytest.fixture
def db(migrated: None) -> Iterator[None]:
    from django.core.cache import cache

    cache.clear()
    with undone():
        yield


@pytest.fixture(scope="module")
def lasting(migrated: None) -> Iterator[None]:
    """What fixtures of a module write for all its tests, each of which (by ``db``) takes back what it wrote itself."""
    with undone():
        yield


@pytest.fixture
def city(db: None) -> object:
    from support.city import City

    return City.build()


@pytest.fixture
def doors(city: object, monkeypatch: pytest.MonkeyPatch) -> object:
    from support.city import City
    from support.doors import Doors

    assert isinstance(city, City)
    return Doors(city, monkeypatch)


@pytest.fixture(scope="module")
def two_cities(lasting: None) -> object:
    """The small city with one object of everything, at half past nine on 5 March 2026, and another city."""
    from imloop.steps.ground import clock
    from support.city import City, at
    from support.stories.two_cities import TwoCities

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(clock, "now", lambda: at("2026-03-05 09:30"))
        return TwoCities.build(City.build())


@pytest.fixture(scope="module")
def imloop(request: pytest.FixtureRequest, databases: Databases) -> Commands:
    return _commands(request, databases.migrated)


@pytest.fixture(scope="module")
def unprepared(request: pytest.FixtureRequest, databases: Databases) -> Commands:
    return _commands(request, databases.empty)


@pytest.fixture
def offline(tmp_path: Path) -> Commands:
    nowhere = {"DATABASE_URL": "postgresql://nobody@127.0.0.1:1/none", "IMLOOP_DATA": str(tmp_path / "none")}
    return Commands(tmp_path, os.environ | nowhere)


def _commands(request: pytest.FixtureRequest, new: Callable[[str], str]) -> Commands:
    name = request.module.__name__.rpartition(".")[2]
    data = Path(_TMP.name) / name
    data.mkdir()
    return Commands(data, {**os.environ, "DATABASE_URL": new(name), "IMLOOP_DATA": str(data)})


DEMO = ["imloop.cli", "serve", "--demo", "--no-work"]


@dataclass(frozen=True)
class LiveServer:
    base_url: str
    data: Path
    process: subprocess.Popen[bytes]
    environment: dict[str, str]
    program: tuple[str, ...]

    @property
    def credentials(self) -> dict[str, dict[str, object]]:
        return json.loads((self.data / "demo-credentials.json").read_text())

    def key(self, code: str) -> str:
        return str(self.credentials["keys"][code])


class Servers:
    """Servers in processes of their own, each with a database and a data directory of its own."""

    def __init__(self, databases: Databases) -> None:
        self._databases = databases
        self._running: list[subprocess.Popen[bytes]] = []

    def start(self, name: str, program: list[str], *, database: str = "", **more: str) -> LiveServer:
        """Run ``python -m …program --port PORT --data FOLDER`` until it answers; ``more`` goes into its environment."""
        data = Path(_TMP.name) / name
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            port = probe.getsockname()[1]
        base_url = f"http://127.0.0.1:{port}"
        environment = {
            **os.environ,
            "DATABASE_URL": database or self._databases.migrated(name),
            "IMLOOP_DATA": str(data),
            "IMLOOP_BASE_URL": base_url,
            **more,
        }
        process = self._run(program, port, data, environment)
        return LiveServer(base_url, data, process, environment, tuple(program))

    def demo(self, name: str, **more: str) -> LiveServer:
        """``imloop serve --demo``. Who asks first in a run lets it load the city; all get copies of what it left."""
        if self._databases.kind == POSTGRESQL:
            return self.start(name, DEMO, **more)
        left = self._databases.shared / "loaded-city"
        file, data = left / "city.sqlite3", Path(_TMP.name) / name
        with FileLock(left.with_suffix(".lock")):
            if not left.exists():
                first = self.end(self.start("first-demo", DEMO))
                shutil.copytree(first.data, left)
                shutil.copyfile(f"{_TMP.name}/first-demo.sqlite3", file)
        shutil.copytree(left, data, ignore=lambda *_: [file.name])
        server = self.start(name, DEMO, database=self._databases.copied(name, file), **more)
        known = data / "demo-credentials.json"
        known.write_text(json.dumps(server.credentials | {"base_url": server.base_url}), encoding="utf-8")
        return server

    def end(self, server: LiveServer) -> LiveServer:
        """As an operator does."""
        server.process.terminate()
        assert server.process.wait(timeout=20) == 0, "it does not end by itself"
        return server

    def restart(self, server: LiveServer) -> LiveServer:
        """End it and start it again: same address, same database."""
        self.end(server)
        port = int(server.base_url.rpartition(":")[2])
        process = self._run([*server.program], port, server.data, server.environment)
        return replace(server, process=process)

    def _run(
        self, program: list[str], port: int, data: Path, environment: dict[str, str]
    ) -> subprocess.Popen[bytes]:
        log = Path(_TMP.name) / f"{data.name}.log"
        with log.open("ab") as file:
            process = subprocess.Popen(
                [sys.executable, "-m", *program, "--port", str(port), "--data", str(data)],
                env=environment,
                stdout=file,
                stderr=file,
            )
        self._running.append(process)
        _wait_until_up(port, process, log)
        return process

    def stop(self) -> None:
        for process in self._running:
            process.terminate()
        for process in self._running:
            process.wait(timeout=20)


@pytest.fixture(scope="session")
def servers(databases: Databases) -> Iterator[Servers]:
    every = Servers(databases)
    try:
        yield every
    finally:
        every.stop()


@pytest.fixture(scope="session")
def live_server(servers: Servers) -> LiveServer:
    return servers.demo("live")


def _wait_until_up(port: int, process: subprocess.Popen[bytes], log: Path) -> None:
    for _ in range(1800):
        if process.poll() is not None:
            raise RuntimeError(f"the server ended: {log.read_text(errors='replace')[-2000:]}")
        try:
            socket.create_connection(("127.0.0.1", port), timeout=1).close()
            return
        except OSError:
            time.sleep(0.1)
    raise RuntimeError(f"the server did not start: {log.read_text(errors='replace')[-2000:]}")
