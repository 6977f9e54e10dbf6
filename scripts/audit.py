"""Ask whether a dependency that the locks pin has a known vulnerability: pip-audit for Python,
npm audit for the browser.

Exit 1 when one has. Without a network nothing is known: that is said, and does not fail. Known and accepted ones stand,
with the reason and a date to look again, in ``ACCEPTED``.
"""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
LOCKS = ("requirements.lock", "requirements-dev.lock")
ACCEPTED: dict[str, str] = {}
"""Id of an advisory → why it does not touch us, until when."""


class Unanswered(Exception):
    """The service was not reached; nothing is known."""


def python_faults(output: str) -> list[str]:
    """``package version: advisory`` of pip-audit's JSON. Raises ``Unanswered`` when there is none."""
    try:
        found: Any = json.loads(output)
        packages = found["dependencies"]
    except (ValueError, KeyError, TypeError):
        raise Unanswered from None
    return [
        f"{package['name']} {package['version']}: {fault['id']}"
        for package in packages
        for fault in package.get("vulns", [])
        if not ACCEPTED.keys() & {fault["id"], *fault.get("aliases", [])}
    ]


def node_faults(output: str) -> list[str]:
    """``package: severity, advisory`` of npm audit's JSON."""
    try:
        packages: Any = json.loads(output)["vulnerabilities"]
    except (ValueError, KeyError, TypeError):
        raise Unanswered from None
    return [
        f"{name}: {told['severity']}, {', '.join(_advisories(told))}"
        for name, told in sorted(packages.items())
        if not ACCEPTED.keys() & set(_advisories(told))
    ]


def _advisories(told: dict[str, Any]) -> list[str]:
    """Addresses of advisories, or names of the packages through which it comes."""
    return [str(via["url"]) if isinstance(via, dict) else str(via) for via in told["via"]]


def _output(command: list[str]) -> str:
    try:
        done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=300, check=False)
    except (OSError, subprocess.TimeoutExpired) as error:
        print(f"audit: {command[0]}: {type(error).__name__}", file=sys.stderr)
        return ""
    return done.stdout


def _pip_audit(lock: str) -> str:
    program = shutil.which("pip-audit", path=str(Path(sys.executable).parent)) or "pip-audit"
    return _output(
        [program, "-r", lock, "--disable-pip", "-f", "json", "--progress-spinner", "off", "--timeout", "10"]
    )


def main() -> int:
    faults: list[str] = []
    asked = [(lock, lambda lock=lock: python_faults(_pip_audit(lock))) for lock in LOCKS]
    asked.append(
        ("package-lock.json", lambda: node_faults(_output(["npm", "audit", "--json", "--package-lock-only"])))
    )
    for name, ask in asked:
        try:
            found = ask()
        except Unanswered:
            print(f"audit: {name}: no answer (no network?); nothing is known about it")
            continue
        print(f"audit: {name}: {len(found)} known vulnerabilities")
        faults += [f"{name}: {fault}" for fault in found]
    print("\n".join(faults))
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
