"""No secret in the repository, what is secret is readable by its owner only,
and known vulnerabilities fail the audit."""

from __future__ import annotations

import json
import re
import stat
from pathlib import Path

import pytest
from django.conf import settings

from support.repository import script, texts

SECRET = re.compile(
    "|".join(
        [
            r"-----BEGIN (?:[A-Z]+ )?PRIVATE" + r" KEY-----",
            r"\bim[kh]_[0-9a-f]{12}_[\w-]{40,}",
            r"\bAKIA[0-9A-Z]{16}\b",
            r"\bgh[pousr]_[A-Za-z0-9]{30,}",
            r"\bsk-[A-Za-z0-9]{32,}",
            r"(?i:\b(?:password|passwd|secret|token|api_?key)\b)[\"']?\s*[:=]\s*[\"'][A-Za-z0-9+/_-]{24,}[\"']",
            r"://[^/\s:@]+:(?!secret@|password@|pw@)[^/\s:@{}$…]{6,}@",
        ]
    )
)
EXEMPT = {"package-lock.json"}


def test_no_secret_is_kept_in_the_repository() -> None:
    found = [
        f"{path}: {m.group()[:40]}"
        for path, text in texts()
        if path.name not in EXEMPT
        for m in SECRET.finditer(text)
    ]
    assert found == []


@pytest.mark.parametrize(
    "text",
    [
        "imk_0123456789ab_" + "x" * 43,
        "-----BEGIN PRIVATE" + " KEY-----",
        "api_key = '" + "a1" * 16 + "'",
        "postgresql://imloop:" + "hunter2hunter@db/imloop",
    ],
)
def test_a_secret_would_be_found(text: str) -> None:
    assert SECRET.search(text)


def test_keys_in_the_data_directory_are_for_their_owner_only(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from imloop.exchange import signing
    from imloop.site.settings import _secret_key

    monkeypatch.delenv("IMLOOP_SECRET_KEY")
    assert _secret_key(tmp_path) == _secret_key(tmp_path) and len(_secret_key(tmp_path)) >= 50
    monkeypatch.setattr(settings, "DATA_DIR", tmp_path)
    signing.own_key.cache_clear()
    signing.own_key()
    signing.own_key.cache_clear()
    modes = {file.name: stat.S_IMODE(file.stat().st_mode) for file in tmp_path.iterdir()}
    assert modes == {"secret-key": 0o600, "signing-key.pem": 0o600}


def test_a_known_vulnerability_fails_and_a_missing_network_does_not() -> None:
    audit = script("audit")
    bad = {
        "dependencies": [{"name": "x", "version": "1", "vulns": [{"id": "PYSEC-1", "aliases": ["CVE-1"]}]}]
    }
    assert audit.python_faults(json.dumps(bad)) == ["x 1: PYSEC-1"]
    assert (
        audit.python_faults(json.dumps({"dependencies": [{"name": "x", "version": "1", "vulns": []}]})) == []
    )
    npm = {"vulnerabilities": {"y": {"severity": "high", "via": [{"url": "GHSA-1"}]}}}
    assert audit.node_faults(json.dumps(npm)) == ["y: high, GHSA-1"]
    audit.ACCEPTED["CVE-1"] = "not used"
    assert audit.python_faults(json.dumps(bad)) == []
    for nothing in ("", "not json", json.dumps({"error": {"code": "ENOTFOUND"}})):
        for read in (audit.python_faults, audit.node_faults):
            with pytest.raises(audit.Unanswered):
                read(nothing)
