"""The application as a worker process of ``imloop serve`` runs it: ordinary calls and open streams at one address.

The server has a thread for every stream beside those of ordinary calls; they share a few database connections.
"""

from __future__ import annotations

import gc
import signal
import sys
import threading
from collections.abc import Callable, Iterable
from types import FrameType
from typing import Any

from django.conf import settings
from django.urls import resolve

from imloop.site.wsgi import answering, outermost  # isort: skip - first: it sets the framework up
from imloop.api.couriers import HUB
from imloop.api.http.stream_hub import Hub
from imloop.exchange.http.trouble import all_busy
from imloop.exchange.uploads.intake import reader
from imloop.site.bodies import ANSWER_NOW, has_body
from imloop.site.ending import end_deaf
from imloop.site.parent import end_with_parent
from imloop.site.refusing import refuse
from imloop.steps.ground import look_log
from imloop.steps.ground.seen import enter_lines
from imloop.store import connection_pool
from imloop.store.connection_pool import AllBusy

WITHOUT_SEAT = frozenset({"/healthz"})
"""Says that the process answers, also when every seat is taken."""


class Worker:
    def __init__(self) -> None:
        self._hub = Hub()
        self._attended = threading.Lock()
        self._inner = outermost(self._seated)
        connection_pool.share(
            settings.CALLS_AT_ONCE, wait=settings.SEAT_WAIT_SECONDS, longest=settings.SEAT_SECONDS
        )
        look_log.begin(settings.DATA_DIR / "looks", enter_lines)
        if settings.READ_ASIDE:
            reader.start()
        # A call of a third of a millisecond must not wait five milliseconds for each computing thread.
        sys.setswitchinterval(0.001)
        if threading.current_thread() is threading.main_thread():
            signal.signal(signal.SIGUSR1, self._attend)

    def __call__(self, environ: dict[str, Any], start_response: Callable[..., object]) -> Iterable[bytes]:
        environ[HUB] = self._hub
        if self._attended.acquire(blocking=False):
            # Signal handlers are set in the main thread only, and the server has set its own and listens by now.
            signal.pthread_kill(threading.main_thread().ident or 0, signal.SIGUSR1)
            end_deaf(settings.ANSWER_SECONDS)
        if has_body(environ) and (server := sys._getframe(1).f_locals.get("proto")):
            # Granian is not to be returned to while a body is read. What comes too slowly is answered through the
            # object that Granian itself uses for answers, which it keeps in the calling function.
            environ[ANSWER_NOW] = server.response_bytes
        return self._inner(environ, start_response)

    def _seated(self, environ: dict[str, Any], start_response: Callable[..., object]) -> Iterable[bytes]:
        if environ["PATH_INFO"] in WITHOUT_SEAT:
            return answering(environ, start_response)
        try:
            with connection_pool.with_connection():
                return answering(environ, start_response)
        except AllBusy:
            return refuse(environ, start_response, all_busy())

    def _attend(self, *_: object) -> None:
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, self._then(signal.getsignal(number)))

    def _then(self, server: Any) -> Callable[[int, FrameType | None], None]:
        """The server waits until open answers have ended: end them first."""

        def handle(number: int, frame: FrameType | None) -> None:
            self._hub.stop()
            if callable(server):
                server(number, frame)

        return handle


application = Worker()
end_with_parent()
resolve("/healthz")  # reads every page and call now: the first request after a start need not wait for it
# What is loaded by now stays until the end. Walking through it to look for garbage would stop every call for a tenth of
# a second, at any moment.
gc.collect()
gc.freeze()
