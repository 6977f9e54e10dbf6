"""Messages as files in a folder of another machine, by SFTP: one connection per pass, opened with the first message.

A file appears whole or not at all: it is written under another name, flushed to the server's disk where the server can
be asked to (``fsync@openssh.com``), and renamed. A server is never trusted on first contact: the server's key has to
stand in ``sftp-known-hosts`` of the data directory, our own key is there as ``sftp-key``.

Every failure is treated as temporary. SFTP 3, which is what servers speak, has no answer that certainly means that this
one file will never be taken: a full disk, a quota and a name it does not like are all "failure"."""

from __future__ import annotations

import asyncio
from contextlib import suppress
from pathlib import Path
from types import TracebackType

import asyncssh
from django.conf import settings

from imloop.steps.couriers.deliveries import Message, TryLater
from imloop.steps.couriers.sftp_address import SftpAddress, sftp_address

CONNECT_SECONDS, PUT_SECONDS, CLOSE_SECONDS = 10.0, 15.0, 2.0
"""Together less than the half of a lease that is left at the least when a message is begun."""
KEY, KNOWN_HOSTS = "sftp-key", "sftp-known-hosts"


class SftpDrop:
    """The connection to one receiver, used as a context manager."""

    def __init__(self, address: str) -> None:
        self._address = address
        self._runner = asyncio.Runner()
        self._connection: asyncssh.SSHClientConnection | None = None
        self._files: asyncssh.SFTPClient | None = None

    def __enter__(self) -> SftpDrop:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        try:
            if self._connection is not None:
                self._runner.run(_end(self._connection))
        finally:
            self._runner.close()

    def put(self, message: Message) -> str:
        """The message's SHA-256 when the server has it on its disk, empty when it cannot say so."""
        try:
            flushed = self._runner.run(self._put(message))
        except TimeoutError:
            raise TryLater("sftp-timeout: 对方没有及时应答 · no answer in time") from None
        except (OSError, ValueError, asyncssh.Error) as error:
            raise TryLater(f"{type(error).__name__}: {error}") from None
        return message.sha256 if flushed else ""

    async def _put(self, message: Message) -> bool:
        address = sftp_address(self._address)
        if address is None:
            raise TryLater("sftp-address: 地址不可用 · no usable address")
        if self._files is None:
            async with asyncio.timeout(CONNECT_SECONDS):
                self._connection = await _connect(address)
                self._files = await self._connection.start_sftp_client()
        async with asyncio.timeout(PUT_SECONDS):
            return await _write(self._files, address.folder, message)


async def _write(files: asyncssh.SFTPClient, folder: str, message: Message) -> bool:
    part, whole = f"{folder}/.{message.file_name}.part", f"{folder}/{message.file_name}"
    flushed = False
    async with files.open(part, "wb") as out:
        await out.write(message.body)
        with suppress(asyncssh.SFTPOpUnsupported):
            await out.fsync()
            flushed = True
    try:
        await files.posix_rename(part, whole)
    except asyncssh.SFTPOpUnsupported:
        # The plain rename does not replace: what an earlier try or a replayed message left goes first.
        with suppress(asyncssh.SFTPNoSuchFile):
            await files.remove(whole)
        await files.rename(part, whole)
    return flushed


async def _connect(address: SftpAddress) -> asyncssh.SSHClientConnection:
    """By our key and to a known host alone; settings of the server's account (``~/.ssh``, agent) are ignored."""
    key, known = _own_key(), _known_hosts()
    door = _Door(known)
    try:
        return await asyncssh.connect(
            address.host,
            address.port,
            config=None,
            client_factory=lambda: door,
            known_hosts=known,
            x509_trusted_certs=[],
            x509_trusted_cert_paths=[],
            username=address.user,
            client_keys=[key],
            preferred_auth=["publickey"],
            agent_path=None,
            gss_host=None,
            gss_kex=False,
            gss_auth=False,
        )
    except asyncssh.HostKeyNotVerifiable as error:
        raise TryLater(door.objection or f"host-key-refused: {error}") from None


class _Door(asyncssh.SSHClient):
    """Asked by the library about an unknown host key: accepts none, and remembers what to report."""

    def __init__(self, known: asyncssh.SSHKnownHosts) -> None:
        self._known = known
        self.objection = ""

    def validate_host_public_key(self, host: str, addr: str, port: int, key: asyncssh.SSHKey) -> bool:
        others = self._known.match(host, addr, None if port == 22 else port)[0]
        words = (
            f"host-key-changed: 主机密钥与 {KNOWN_HOSTS} 中的不同 · not the key in {KNOWN_HOSTS}"
            if others
            else f"host-key-unknown: {KNOWN_HOSTS} 中没有此主机 · host not in {KNOWN_HOSTS}"
        )
        self.objection = f"{words}: {key.get_fingerprint()}"
        return False


def _known_hosts() -> asyncssh.SSHKnownHosts:
    """Of the data directory. An object even when there is nothing in it: for nothing the library asks ``~/.ssh``."""
    file = Path(settings.DATA_DIR) / KNOWN_HOSTS
    return asyncssh.import_known_hosts(file.read_text(encoding="utf-8") if file.exists() else "")


def _own_key() -> asyncssh.SSHKey:
    """Put there by the operator, as the other side has to be told its public half."""
    file = Path(settings.DATA_DIR) / KEY
    if not file.exists():
        raise TryLater(f"sftp-key-missing: 数据目录中没有 {KEY} · no {KEY} in the data directory")
    if file.stat().st_mode & 0o077:
        raise TryLater(f"sftp-key-open: {KEY} 须为 600 权限 · {KEY} must have mode 600")
    try:
        return asyncssh.read_private_key(file, settings.SFTP_PASSPHRASE or None)
    except (asyncssh.KeyImportError, asyncssh.KeyEncryptionError) as error:
        raise TryLater(f"sftp-key-unreadable: {KEY} 读不出 · cannot be read: {error}") from None


async def _end(connection: asyncssh.SSHClientConnection) -> None:
    connection.close()
    try:
        async with asyncio.timeout(CLOSE_SECONDS):
            await connection.wait_closed()
    except (OSError, asyncssh.Error):
        connection.abort()
