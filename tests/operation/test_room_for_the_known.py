"""How many bodies, of whom, may be on their way at one time."""

from __future__ import annotations

import io
from collections.abc import Callable
from typing import Any

import pytest

from imloop.exchange.http.rate_limit import ADMITTED
from imloop.site.bodies import Limits, Received

BODIES, SIZE = 16, 100
HOUR = 3600.0
Then = Callable[[], None]


class Coming(io.BytesIO):
    """The body of a request during which others come."""

    def __init__(self, then: Then) -> None:
        super().__init__(b"x" * SIZE)
        self._then = then

    def read(self, size: int | None = -1) -> bytes:
        if not self.tell():
            self._then()
        return super().read(size)


class Door:
    """Answers 200, or what ``Received`` says instead; a request with a key is one that is admitted."""

    def __init__(self, bodies: int = BODIES, room: int = 1000 * SIZE) -> None:
        limits = Limits(600, 1, 600, bodies, room, largest_call=10_000, largest_form=10_000)
        self.now, self.answers = 0.0, list[str]()
        self._door = Received(self._answer, limits, lambda: self.now)

    def _answer(self, environ: dict[str, Any], start_response: Any) -> list[bytes]:
        if environ["key"]:
            environ[ADMITTED] = True
        start_response("200 OK", [])
        return []

    def ask(self, address: str, *, key: bool = False, then: Then | None = None, body: bool = True) -> str:
        said = list[str]()
        environ = {
            "REQUEST_METHOD": "POST" if body else "GET",
            "PATH_INFO": "/api/v1/tests",
            "REMOTE_ADDR": address,
            "CONTENT_LENGTH": str(SIZE) if body else "0",
            "wsgi.input": Coming(then or (lambda: None)),
            "key": key,
        }
        self._door(environ, lambda status, headers: said.append(status))
        self.answers.append(said[0][:3])
        return said[0][:3]

    def beside(self, addresses: list[str], then: Then) -> None:
        """``then`` while a body from each of the addresses is on its way, as far as it was let in."""
        if addresses:
            self.ask(addresses[0], then=lambda: self.beside(addresses[1:], then))
            if self.answers[-1] == "503":
                self.beside(addresses[1:], then)
        else:
            then()


@pytest.mark.parametrize("room", [1000 * SIZE, BODIES * SIZE])
@pytest.mark.parametrize("strangers", ["203.0.113.{}", "2001:db8:0:{}::1"])
def test_strangers_have_half_however_many_addresses_are_theirs(strangers: str, room: int) -> None:
    door, seen = Door(bodies=BODIES if room > BODIES * SIZE else 1000, room=room), list[str]()
    door.ask("192.0.2.1", key=True, body=False)

    def then() -> None:
        seen.extend([door.ask("198.51.100.1"), door.ask("192.0.2.1", key=True), door.ask("192.0.2.1")])

    door.beside([strangers.format(number) for number in range(1, 60)], then)
    assert seen == ["503", "200", "200"]


def test_one_address_has_a_quarter_also_when_it_is_known() -> None:
    door, seen = Door(), list[str]()
    door.ask("192.0.2.1", key=True)

    def then() -> None:
        seen.extend([door.ask("192.0.2.1", key=True), door.ask("192.0.2.2")])

    door.beside(["192.0.2.1"] * (BODIES // 4), then)
    assert seen == ["503", "200"]


def test_a_network_of_version_6_is_one_address() -> None:
    door, seen = Door(), list[str]()
    door.beside(
        [f"2001:db8:0:7::{number}" for number in range(1, 1 + BODIES // 4)],
        lambda: seen.extend([door.ask("2001:db8:0:7::ffff"), door.ask("2001:db8:0:8::1")]),
    )
    assert seen == ["503", "200"]


def test_an_address_is_known_for_a_day() -> None:
    door, seen = Door(), list[str]()
    strangers = [f"203.0.113.{number}" for number in range(1, 1 + BODIES // 2)]
    door.ask("192.0.2.1", key=True)
    for hours in (23, 25):
        door.now = hours * HOUR
        door.beside(strangers, lambda: seen.append(door.ask("192.0.2.1")))
    assert seen == ["200", "503"]
    door.ask("192.0.2.1", key=True)
    door.beside(strangers, lambda: seen.append(door.ask("192.0.2.1")))
    assert seen[-1] == "200"
