"""What ``support.servers.steered_site`` serves."""

from __future__ import annotations

import os
from pathlib import Path

from imloop.site.worker import application
from support.servers.steered_site import steer

steer(Path(os.environ["IMLOOP_DATA"]))

__all__ = ["application"]
