"""A system outside that takes what couriers bring, and writes each message down before it answers."""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import random
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

RUDE = 0.004
"""Share of messages that are refused for the moment; as many are taken without an answer. A quarter as many each are
taken with an answer that drips, and with one that never ends."""


class Outside:
    """Listens on a port of its own. Now and then it is rude: refuses for the moment, or hangs up after taking."""

    def __init__(self, log: Path, seed: int) -> None:
        self.log = log
        self._file = log.open("a", encoding="ascii")
        self._random = random.Random(seed)
        self._lock = threading.Lock()
        outside = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"]))
                outside.take(self, body)

            def log_message(self, *arguments: object) -> None:
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_address[1]}/in"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def take(self, request: BaseHTTPRequestHandler, body: bytes) -> None:
        with self._lock:
            mood = self._random.random()
            if mood >= RUDE:
                said = {"key": request.headers["Idempotency-Key"], "seq": json.loads(body)["seq"]}
                self._file.write(json.dumps(said) + "\n")
                self._file.flush()
                os.fsync(self._file.fileno())
        if mood < RUDE:
            request.send_error(503)
            return
        if mood < 2 * RUDE:  # taken, and no answer
            request.close_connection = True
            return
        if mood < 2.5 * RUDE:
            _never_end(request, drips=mood < 2.25 * RUDE)
            return
        answer = json.dumps({"sha256": hashlib.sha256(body).hexdigest()}).encode()
        with contextlib.suppress(OSError):  # a courier that was killed waits for no answer
            request.send_response(200)
            request.send_header("Content-Length", str(len(answer)))
            request.end_headers()
            request.wfile.write(answer)

    def stop(self) -> None:
        self.server.shutdown()
        self.server.server_close()
        self._file.close()


def _never_end(request: BaseHTTPRequestHandler, *, drips: bool) -> None:
    """Until the courier hangs up, or has waited for longer than it ever may."""
    until = time.monotonic() + 60
    with contextlib.suppress(OSError):
        request.wfile.write(b"HTTP/1.1 200 OK\r\n\r\n")
        while time.monotonic() < until:
            request.wfile.write(b"x" if drips else b"x" * 65536)
            if drips:
                time.sleep(0.5)
