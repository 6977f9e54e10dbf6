"""An SFTP server on 127.0.0.1 that behaves badly on request: hangs up half-way, is full, is an old one."""

from __future__ import annotations

import asyncio
import errno
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

import asyncssh

_NEW = (b"fsync@openssh.com", b"posix-rename@openssh.com")


class FakeSftp:
    """Plays one behaviour per file written, then behaves well.

    ``ok`` takes it · ``cut`` takes half of it and hangs up · ``full`` has no room · ``lost`` puts it in its place and
    hangs up before it says so
    """

    def __init__(self, root: Path, authorized: asyncssh.SSHKey, *behaviours: str) -> None:
        self.root = root
        self.behaviours = list(behaviours)
        self.host_key = asyncssh.generate_private_key("ssh-ed25519")
        self.authorized = authorized
        self.port = 0
        self.connections = 0
        self.closed = threading.Semaphore(0)
        self.flushed = 0
        self.renamed: list[str] = []

    @property
    def known_host(self) -> str:
        """Its line of a known-hosts file."""
        key = self.host_key.export_public_key().decode().strip()
        return f"[127.0.0.1]:{self.port} {key}\n"

    @property
    def names(self) -> list[str]:
        return sorted(file.name for file in self.root.iterdir())

    @contextmanager
    def running(self) -> Iterator[FakeSftp]:
        up, loop = threading.Event(), asyncio.new_event_loop()
        over = asyncio.Event()

        async def serve() -> None:
            server = await asyncssh.listen(
                "127.0.0.1",
                0,
                config=None,
                server_factory=lambda: _Counting(self),
                server_host_keys=[self.host_key],
                authorized_client_keys=asyncssh.import_authorized_keys(
                    self.authorized.export_public_key().decode()
                ),
                sftp_factory=lambda channel: _Files(channel, self),
            )
            self.port = server.get_port()
            up.set()
            await over.wait()
            server.close()
            await server.wait_closed()

        def run() -> None:
            with asyncio.Runner(loop_factory=lambda: loop) as runner:
                runner.run(serve())

        thread = threading.Thread(target=run)
        thread.start()
        try:
            assert up.wait(20), "the server did not start"
            yield self
        finally:
            loop.call_soon_threadsafe(over.set)
            thread.join(20)


class _Counting(asyncssh.SSHServer):
    def __init__(self, fake: FakeSftp) -> None:
        self.fake = fake

    def connection_made(self, conn: asyncssh.SSHServerConnection) -> None:
        self.fake.connections += 1

    def connection_lost(self, exc: Exception | None) -> None:
        self.fake.closed.release()


class _Files(asyncssh.SFTPServer):
    def __init__(self, channel: asyncssh.SSHServerChannel[bytes], fake: FakeSftp) -> None:
        super().__init__(channel, chroot=str(fake.root).encode())
        self.fake = fake
        self.behaviour = "ok"

    def open(self, path: bytes, pflags: int, attrs: asyncssh.SFTPAttrs) -> object:
        self.behaviour = self.fake.behaviours.pop(0) if self.fake.behaviours else "ok"
        return super().open(path, pflags, attrs)

    def write(self, file_obj: BinaryIO, offset: int, data: bytes) -> int:
        if self.behaviour == "full":
            raise OSError(errno.EDQUOT, "quota exceeded")
        if self.behaviour == "cut":
            super().write(file_obj, offset, data[: len(data) // 2])
            self._hang_up()
        return super().write(file_obj, offset, data)

    def fsync(self, file_obj: BinaryIO) -> None:
        super().fsync(file_obj)
        self.fake.flushed += 1

    def rename(self, oldpath: bytes, newpath: bytes) -> None:
        super().rename(oldpath, newpath)
        self._renamed(newpath)

    def posix_rename(self, oldpath: bytes, newpath: bytes) -> None:
        super().posix_rename(oldpath, newpath)
        self._renamed(newpath)

    def _renamed(self, path: bytes) -> None:
        self.fake.renamed.append(Path(path.decode()).name)
        if self.behaviour == "lost":
            self._hang_up()

    def _hang_up(self) -> None:
        self.connection.abort()
        raise asyncssh.SFTPConnectionLost("hung up")


def without_extensions(said: list[tuple[bytes, bytes]]) -> list[tuple[bytes, bytes]]:
    """What a server older than OpenSSH's extensions says it can do."""
    return [(name, version) for name, version in said if name not in _NEW]
