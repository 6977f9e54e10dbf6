"""A fresh demo city served by the product's own command, and its public doors."""

from __future__ import annotations

import contextlib
import csv
import http.client
import json
import subprocess
import time
from collections.abc import Mapping
from pathlib import Path

from torture.run import free_port
from torture.site import IMLOOP, environment

START_SECONDS = 600
ANSWER_SECONDS = 20
MOST_BYTES = 2**22


class City:
    """``folder`` holds its data; ``url`` names its empty database."""

    def __init__(self, folder: Path, url: str) -> None:
        self.folder, self.port = folder, free_port()
        self.environment = environment(folder, url)
        self.log = (folder / "server.log").open("w", encoding="utf-8")
        self.server = subprocess.Popen(
            [*IMLOOP, "serve", "--demo", "--port", str(self.port)],
            env=self.environment,
            stdout=self.log,
            stderr=self.log,
            cwd=folder,
        )
        until = time.monotonic() + START_SECONDS
        while self.call("GET", "/healthz", None, {})[0] == 0:
            if time.monotonic() > until or self.server.poll() is not None:
                self.stop()
                raise RuntimeError((folder / "server.log").read_text(errors="replace")[-3000:])
            time.sleep(0.3)
        self.keys: dict[str, str] = json.loads((folder / "demo-credentials.json").read_text())["keys"]

    def call(
        self, method: str, path: str, body: bytes | None, headers: Mapping[str, str | None]
    ) -> tuple[int, str, bytes]:
        """Status (0: no answer), content type, body. A header that is None is not sent."""
        line = http.client.HTTPConnection("127.0.0.1", self.port, timeout=ANSWER_SECONDS)
        sent = {name: value for name, value in headers.items() if value is not None}
        chunked = sent.get("Transfer-Encoding") == "chunked"
        pieces = (body[at : at + 1000] for at in range(0, len(body), 1000)) if chunked and body else body
        try:
            line.request(method, path, pieces, sent, encode_chunked=chunked)
            answer = line.getresponse()
            kind, status, read = answer.getheader("Content-Type", ""), answer.status, b""
            with contextlib.suppress(TimeoutError):  # a stream that should not have opened
                read = answer.read() if not kind.startswith("text/event-stream") else answer.read1(MOST_BYTES)
            return status, kind, read
        except (OSError, http.client.HTTPException) as fault:
            return 0, type(fault).__name__, b""
        finally:
            line.close()

    def command(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [*IMLOOP, *arguments],
            env=self.environment,
            capture_output=True,
            text=True,
            timeout=600,
            cwd=self.folder,
            check=False,
        )

    def vehicles(self) -> dict[str, dict[str, str]]:
        """The register as `imloop export vehicles` writes it, by VIN."""
        out = self.folder / "out.csv"
        done = self.command("export", "vehicles", str(out))
        if done.returncode:
            raise RuntimeError(f"export: {done.stdout}{done.stderr}")
        with out.open(encoding="utf-8-sig", newline="") as file:
            return {row["vin"]: row for row in csv.DictReader(file)}

    def stop(self) -> None:
        self.server.terminate()
        try:
            self.server.wait(30)
        except subprocess.TimeoutExpired:
            self.server.kill()
            self.server.wait()
        self.log.close()
