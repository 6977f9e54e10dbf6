"""Settings from a file and from options; a key that only its owner reads, and how it shows itself."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from imloop.agent.config import read_config, write_config
from imloop.agent.sending.credentials import credentials, read_key
from imloop.exchange.http.station_signing import hmac_key, verify
from imloop.facts.refusal import Malformed, NotAllowed

from .conftest import Clock

URL = "https://platform.test/api/v1/tests?dialect=imloop"


def test_a_written_file_reads_back_with_paths_beside_it(tmp_path: Path) -> None:
    file = tmp_path / "agent.toml"
    write_config(
        file, url="https://p", station="450203001", key_file="k", watch="in box", port=8123, lines="01, 02"
    )
    config = read_config(file)
    assert (config.url, config.station, config.port, config.lines) == (
        "https://p",
        "450203001",
        8123,
        ("01", "02"),
    )
    assert (config.spool, config.watch, config.key_file) == tuple(
        tmp_path / name for name in ("spool", "in box", "k")
    )
    assert read_config(file, port=9000, url=None).port == 9000
    with pytest.raises(FileExistsError):
        write_config(file, url="", station="", key_file="", watch="", port=0, lines="")


@pytest.mark.parametrize(
    ("text", "named"),
    [
        ('[platform]\nurl = 1\nstation = "x"', "platform.url"),
        ('[platform]\nkey = "secret"', "platform.key"),
        ("[surprise]\n", "surprise"),
        ("nonsense", "agent.toml"),
        ('[platform]\nstation = "x"\n[spool]\nfolder = "s"', "url"),
    ],
)
def test_a_faulty_setting_is_named(tmp_path: Path, text: str, named: str) -> None:
    file = tmp_path / "agent.toml"
    file.write_text(text, encoding="utf-8")
    with pytest.raises(Malformed) as refused:
        read_config(file)
    assert named in str(refused.value)


def test_a_key_file_that_others_can_read_is_not_used(tmp_path: Path) -> None:
    file = tmp_path / "key"
    file.write_text("imk_secret\n", encoding="utf-8")
    file.chmod(0o644)
    with pytest.raises(NotAllowed):
        read_key(file)
    file.chmod(0o600)
    assert read_key(file) == "imk_secret"
    with pytest.raises(Malformed):
        read_key(None)


def test_a_plain_key_needs_tls_or_loopback(clock: Clock) -> None:
    assert credentials("k", URL).headers("POST", URL, b"x", clock()) == {"Authorization": "Bearer k"}
    assert credentials("k", "http://127.0.0.1:8000").name == "bearer"
    with pytest.raises(NotAllowed):
        credentials("k", "http://platform.test")


@pytest.mark.parametrize("algorithm", ["", "hmac-sm3"])
def test_an_hmac_key_signs_and_never_travels(clock: Clock, algorithm: str) -> None:
    key = "imh_abc_0123456789abcdef"
    made = credentials(key, "http://platform.test", algorithm)
    assert made.name == (algorithm or "hmac-sha256")
    headers = made.headers("POST", URL, b'{"a":1}', clock())
    assert "0123456789abcdef" not in str(headers)
    verify(
        "POST",
        URL,
        headers,
        b'{"a":1}',
        algorithm=made.name,
        key=hmac_key(key)[1],
        now=clock(),
        window=timedelta(seconds=5),
    )


def test_an_ed25519_key_signs_questions_and_messages(clock: Clock) -> None:
    key = Ed25519PrivateKey.generate()
    pem = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode()
    made = credentials(pem, "http://platform.test")
    for method, body in (("GET", b""), ("POST", b"{}")):
        headers = made.headers(method, URL, body, clock())
        again = made.headers(method, URL, body, clock())
        assert headers["Signature-Input"] != again["Signature-Input"]  # never the same nonce
        verify(
            method,
            URL,
            headers,
            body,
            algorithm=made.name,
            key=key.public_key(),
            now=clock(),
            window=timedelta(seconds=5),
        )


DASHES = "-" * 5


@pytest.mark.parametrize(
    "key", ["imh_broken", f"{DASHES}BEGIN PRIVATE KEY{DASHES}\nno\n{DASHES}END PRIVATE KEY{DASHES}"]
)
def test_a_broken_key_is_said_to_be_one(key: str) -> None:
    with pytest.raises(Malformed) as refused:
        credentials(key, "https://platform.test")
    assert refused.value.code == "malformed-key"


def test_another_algorithm_is_no_algorithm() -> None:
    with pytest.raises(Malformed):
        credentials("imh_abc_0123456789abcdef", "http://platform.test", "hmac-md5")
