"""Settings and key to try the agent as a station of a demo city."""

from __future__ import annotations

import json
import os
from pathlib import Path

from imloop.agent.config import write_config
from imloop.facts.refusal import Malformed, Unknown
from imloop.facts.text import Text

PORT = 8123


def prepare(credentials: Path, station: str, folder: Path) -> Path:
    """Write settings, key file (mode 600) and inbox into ``folder``, in place of earlier ones; the settings file.
    ``credentials``: what ``imloop serve --demo`` wrote. Raises ``Malformed`` or ``Unknown``."""
    try:
        known = json.loads(credentials.read_text(encoding="utf-8"))
        url, keys = str(known["base_url"]), dict(known["keys"])
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise Malformed(
            "no-demo-credentials",
            Text(
                f"{credentials} 读不出：请先运行 make run，等演示城市装好。",
                f"{credentials} cannot be read: run make run first and wait until the demo city is loaded.",
            ),
        ) from error
    if station not in keys:
        raise Unknown("unknown-party", Text(f"没有单位 {station}。", f"There is no party {station}."))
    (folder / "inbox").mkdir(parents=True, exist_ok=True)
    key_file, settings = folder / "station.key", folder / "agent.toml"
    for old in (key_file, settings):
        old.unlink(missing_ok=True)
    with os.fdopen(os.open(key_file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as out:
        out.write(keys[station])
    lines = "" if station.startswith("M") else "01"
    write_config(
        settings, url=url, station=station, key_file=key_file.name, watch="inbox", port=PORT, lines=lines
    )
    return settings
