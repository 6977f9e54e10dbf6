"""The running agent: inlets, uploader, heartbeats and vouchers side by side, until it is stopped."""

from __future__ import annotations

import signal
import sqlite3
import threading
from collections.abc import Callable
from datetime import datetime, timedelta
from http.server import ThreadingHTTPServer

import structlog

from imloop.agent.config import Config
from imloop.agent.inlets.folder import Folder
from imloop.agent.inlets.port import Desk, serve
from imloop.agent.paper import Paper
from imloop.agent.sending.credentials import credentials, read_key
from imloop.agent.sending.heartbeats import Lines, beat
from imloop.agent.sending.platform import NoNetwork, Platform
from imloop.agent.sending.uploader import Uploader
from imloop.agent.spool import Item, Spool
from imloop.facts.days import CHINA
from imloop.facts.refusal import Conflict
from imloop.facts.text import Text

log = structlog.get_logger("imloop.agent")
_LOOK_S, _BEAT_S, _PAPER_S, _CLEAR_S = 1.0, 60.0, 3600.0, 3600.0
_PAPER_AGAIN_S, _AFTER_FAULT_S = 300.0, 5.0


def china_now() -> datetime:
    return datetime.now(CHINA)


def open_spool(config: Config) -> Spool:
    return Spool(config.spool, config.max_mb * 2**20)


class Agent:
    """Everything wired together; ``start`` begins, ``stop`` ends cleanly: what was taken in is on the disk anyway."""

    def __init__(self, config: Config, key: str = "", now: Callable[[], datetime] = china_now) -> None:
        self.config, self.now = config, now
        self.spool = open_spool(config)
        self._alone = _only_one(config)
        key = key or read_key(config.key_file)
        self.platform = Platform(
            config.url, credentials(key, config.url, config.algorithm), config.patience_s
        )
        self.folder = Folder(config.watch, self.spool, config.settle_s, self._taken) if config.watch else None
        self.uploader = Uploader(self.spool, self.platform, now, self._refused)
        self.lines = Lines(config.station, config.lines, config.software)
        self.paper = Paper(self.spool, config.station)
        self.server: ThreadingHTTPServer | None = None
        self._stop = threading.Event()
        self._threads: list[threading.Thread] = []

    def _refused(self, item: Item) -> None:
        log.warning("refused", item=item.id, kind=item.kind, status=item.status)
        if self.folder is not None:
            self.folder.refused(item)

    def _taken(self, item: Item) -> None:
        self.lines.learn(self.spool, item)

    def start(self) -> None:
        config = self.config
        if config.port:
            desk = Desk(
                config.station,
                self.spool,
                self.platform,
                self.uploader,
                self.lines,
                self.paper,
                self.now,
                config.answer_within_s,
            )
            self.server = serve(desk, config.port)
            self._thread("port", self.server.serve_forever)
        self._thread("upload", lambda: self._every(_AFTER_FAULT_S, self._upload))
        self._thread("beat", lambda: self._every(_BEAT_S, self._beat))
        self._thread("paper", lambda: self._every(_PAPER_S, self._fetch_paper, _PAPER_AGAIN_S))
        self._thread("clear", lambda: self._every(_CLEAR_S, self._clear))
        if self.folder is not None:
            folder = self.folder
            self._thread("folder", lambda: self._every(_LOOK_S, lambda: self._look(folder)))
        log.info("started", station=config.station, waiting=self.spool.figures().waiting)

    def _thread(self, name: str, work: Callable[[], object]) -> None:
        thread = threading.Thread(target=work, name=name, daemon=True)
        thread.start()
        self._threads.append(thread)

    def _every(self, seconds: float, work: Callable[[], bool], again: float | None = None) -> None:
        """Run ``work`` now and then every so many seconds, sooner (``again``) while it says that it failed."""
        while not self._stop.is_set():
            try:
                done = work()
            except Exception as error:  # one bad minute must not end the agent
                log.error("failed", thread=threading.current_thread().name, exc_info=error)
                done = False
            self._stop.wait(seconds if done or again is None else again)

    def _upload(self) -> bool:
        self.uploader.run(self._stop)
        return True

    def _look(self, folder: Folder) -> bool:
        return folder.look(self.now()) > 0

    def _beat(self) -> bool:
        try:
            answer = beat(self.lines, self.spool, self.platform, self.now())
        except NoNetwork:
            return False
        if answer is not None:
            self.uploader.heard(answer)
            self.uploader.try_now()
        return True

    def _fetch_paper(self) -> bool:
        return self.paper.refresh(self.platform, self.now())

    def _clear(self) -> bool:
        return self.spool.clear_sent(self.now() - timedelta(days=self.config.keep_days)) > 0

    def stop(self) -> None:
        self._stop.set()
        self.spool.filled.set()
        if self.server is not None:
            self.server.shutdown()
            self.server.server_close()
        for thread in self._threads:
            thread.join(self.config.patience_s + 5)
        self.platform.close()
        self.spool.close()
        self._alone.close()
        log.info("stopped")


def _only_one(config: Config) -> sqlite3.Connection:
    """Two agents on one spool would upset the order. The lock ends with the process, however that ends."""
    lock = sqlite3.connect(config.spool / "running.sqlite3", timeout=0, check_same_thread=False)
    try:
        lock.execute("BEGIN EXCLUSIVE")
    except sqlite3.OperationalError as error:
        lock.close()
        raise Conflict(
            "agent-runs-already",
            Text(f"{config.spool} 已有采集端在运行。", f"An agent is already running on {config.spool}."),
        ) from error
    return lock


def run(config: Config, key: str = "") -> None:
    """Until SIGTERM or Ctrl-C. ``key``: instead of the one in the key file."""
    ended = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: ended.set())
    agent = Agent(config, key)
    agent.start()
    while not ended.wait(1.0):
        pass
    agent.stop()
