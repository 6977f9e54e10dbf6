"""End a process when the one that started it is gone.

Without that, a server whose first process was killed leaves its workers behind on the port, and the next server,
perhaps a newer version, shares the callers with them.
"""

from __future__ import annotations

import multiprocessing
import os
import signal
import threading
import time

_EVERY = 1.0
"""Seconds between two checks."""


def end_with_parent() -> None:
    """From now on this process is asked to end (SIGTERM) when its parent is gone, be it already: a worker takes a
    moment to come this far, and knows who started it."""
    known = multiprocessing.parent_process()
    parent = os.getppid() if known is None else known.pid

    def watch() -> None:
        while os.getppid() == parent:
            time.sleep(_EVERY)
        os.kill(os.getpid(), signal.SIGTERM)

    threading.Thread(target=watch, name="end-with-parent", daemon=True).start()
