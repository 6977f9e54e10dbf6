"""Python programs in processes of their own, forked from one that has read the libraries and our modules already.

The suite starts several hundred: reading Django, the models and the law anew took four fifths of what each needs. A
program finds what it would find in a new interpreter: its own arguments, environment, folder and files, and settings
that are read from these when it asks for them. That a command imports whatever it uses is seen where servers start,
which are processes from the beginning.

    done = run_python(["-m", "imloop.cli", "check"], environment)
"""

from __future__ import annotations

import atexit
import gc
import importlib
import json
import os
import pkgutil
import runpy
import select
import signal
import socket
import subprocess
import sys
import tempfile
import threading
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, NoReturn

LIBRARIES = (
    "asyncssh",
    "cryptography.hazmat.primitives.asymmetric.ed25519",
    "cryptography.hazmat.primitives.serialization",
    "dj_database_url",
    "django.contrib.auth.hashers",
    "django.contrib.messages.middleware",
    "django.contrib.sessions.middleware",
    "django.contrib.staticfiles.storage",
    "django.core.management.commands.check",
    "django.core.management.commands.migrate",
    "django.db.backends.postgresql.base",
    "django.db.backends.sqlite3.base",
    "django.db.models",
    "django.forms",
    "django.middleware.csrf",
    "django.shortcuts",
    "django.template.loader",
    "django.views.i18n",
    "http_message_signatures",
    "http_sf",
    "httpx",
    "msgspec",
    "numpy.typing",
    "prometheus_client.core",
    "pyarrow.parquet",
    "pydantic.dataclasses",
    "pydantic.networks",
    "pydantic.type_adapter",
    "pydantic.types",
    "pyotp",
    "rich.console",
    "rich.progress",
    "rich.table",
    "segno",
    "structlog",
    "stdnum.cn.uscc",
    "typer",
    "typst",
    "xlsxwriter",
    "yaml",
    "zstandard",
)
"""Modules of others that commands import; none of them asks for a setting."""
OURS = (
    "cli",
    "exchange",
    "gates",
    "law",
    "loop",
    "matters",
    "papers",
    "sim",
    "steps",
    "store",
    "verdict",
    "watch",
)
"""Packages of imloop; what they keep of a setting when they are imported is the same for every installation."""
TESTS = Path(__file__).resolve().parents[2]
MESSAGE = 1 << 18
"""Bytes of a request at most: arguments and environment."""


def run_python(
    arguments: Sequence[str], environment: Mapping[str, str], *, typed: str = ""
) -> subprocess.CompletedProcess[str]:
    """``python ARGUMENTS…`` (``-m MODULE …`` or ``-c PROGRAM …``) to its end, with ``typed`` on its standard input."""
    with (
        tempfile.TemporaryFile() as given,
        tempfile.TemporaryFile() as out,
        tempfile.TemporaryFile() as errors,
    ):
        given.write(typed.encode())
        given.seek(0)
        done, told = os.pipe()
        try:
            request = {"arguments": [*arguments], "environment": dict(environment), "folder": str(Path.cwd())}
            _ask(json.dumps(request).encode(), [given.fileno(), out.fileno(), errors.fileno(), told])
        finally:
            os.close(told)
        with os.fdopen(done, "rb") as answer:
            code = answer.read()
        if not code:
            raise RuntimeError("the process that starts the others has ended")
        texts = []
        for file in (out, errors):
            file.seek(0)
            texts.append(file.read().decode())
    return subprocess.CompletedProcess([*arguments], int(code), *texts)


_channel: socket.socket | None = None
_lock = threading.Lock()


def _ask(request: bytes, files: list[int]) -> None:
    global _channel
    with _lock:
        if _channel is None:
            _channel = _start()
        socket.send_fds(_channel, [request], files)


def _start() -> socket.socket:
    ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    ours.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, 2 * MESSAGE)
    path = os.pathsep.join([str(TESTS), *filter(None, [os.environ.get("PYTHONPATH", "")])])
    # One thread at the fork: numpy would start more.
    environment = os.environ | {"PYTHONPATH": path, "OPENBLAS_NUM_THREADS": "1"}
    with theirs:
        command = [sys.executable, "-m", "support.servers.processes", str(theirs.fileno())]
        starter = subprocess.Popen(
            command, env=environment, pass_fds=[theirs.fileno()], stdin=subprocess.DEVNULL
        )

    def end() -> None:
        ours.close()  # it goes when nobody asks any more
        starter.wait()

    atexit.register(end)
    return ours


def serve(channel: socket.socket) -> None:
    """Fork for every request, and tell of every child how it ended, until the other side closes."""
    for name in LIBRARIES:
        importlib.import_module(name)
    _know_ours()
    gc.freeze()
    woken, wake = socket.socketpair()
    wake.setblocking(False)
    signal.signal(signal.SIGCHLD, lambda *_: None)
    signal.set_wakeup_fd(wake.fileno())
    running: dict[int, int] = {}
    while True:
        ready, _, _ = select.select([channel, woken], [], [])
        if woken in ready:
            woken.recv(MESSAGE)
            _tell_ended(running)
        if channel in ready:
            request, files, _, _ = socket.recv_fds(channel, MESSAGE, 4)
            if not request:
                return
            child = os.fork()
            if child == 0:
                signal.set_wakeup_fd(-1)
                signal.signal(signal.SIGCHLD, signal.SIG_DFL)
                for each in (channel, woken, wake):
                    each.close()
                for told in (*running.values(), files[3]):
                    os.close(told)
                raise Become(json.loads(request), files[:3])
            for file in files[:3]:
                os.close(file)
            running[child] = files[3]


def _know_ours() -> None:
    import django

    django.setup()
    for package in OURS:
        folder = importlib.import_module(f"imloop.{package}").__path__
        for each in pkgutil.walk_packages(folder, f"imloop.{package}."):
            if not each.name.endswith("__main__") and ".migrations." not in each.name:
                importlib.import_module(each.name)
    from imloop.cli import command
    from imloop.law.book import load

    load()
    command()


def _forget_settings() -> None:
    """They were those of whoever began the run."""
    from django.conf import empty, settings
    from django.db import connections

    del sys.modules["imloop.site.settings"]
    settings._wrapped = empty
    for each in connections.all(initialized_only=True):
        del connections[each.alias]
    connections._settings = None
    connections.__dict__.pop("settings", None)


def _tell_ended(running: dict[int, int]) -> None:
    while running:
        child, status = os.waitpid(-1, os.WNOHANG)
        if not child:
            return
        told = running.pop(child)
        os.write(told, str(os.waitstatus_to_exitcode(status)).encode())
        os.close(told)


class Become(BaseException):
    """Carries a request out of everything that the starting process is in the middle of."""


def become(request: dict[str, Any], files: list[int]) -> None:
    """Be the program asked for, between these files, to its end."""
    try:
        _run(request, files)
    except SystemExit as told:
        if told.code is not None and not isinstance(told.code, int):
            raise
        _end(told.code or 0)
    _end(0)


def _end(code: int) -> NoReturn:
    """As an interpreter ends, but that it does not take apart what the process that was forked has read."""
    threading._shutdown()  # type: ignore[attr-defined]
    atexit._run_exitfuncs()
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(code)


def _run(request: dict[str, Any], files: list[int]) -> None:
    for number, file in enumerate(files):
        os.dup2(file, number)
        os.close(file)
    os.environ.clear()
    os.environ.update(request["environment"])
    os.chdir(request["folder"])
    sys.path[:] = ["", *filter(None, os.environ.get("PYTHONPATH", "").split(os.pathsep)), *_PATH]
    _forget_settings()
    kind, what, *more = request["arguments"]
    if kind == "-m":
        sys.argv = [what, *more]
        runpy.run_module(what, run_name="__main__", alter_sys=True)
    else:
        sys.argv = ["-c", *more]
        exec(compile(what, "<string>", "exec"), {"__name__": "__main__"})


if __name__ == "__main__":
    _PATH = [place for place in sys.path if place not in ("", str(Path.cwd()), str(TESTS))]
    try:
        serve(socket.socket(fileno=int(sys.argv[1])))
    except Become as request:
        program, files = request.args
    else:
        sys.exit()
    become(program, files)
