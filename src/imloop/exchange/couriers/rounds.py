"""Every receiver is served in a thread of its own, for as long as its pass takes: none waits for another."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from threading import Thread

from django.db import connections

from imloop.exchange.couriers.courier import carry_to
from imloop.steps.couriers import deliveries
from imloop.store.models import Receiver


class Rounds:
    """``attempt`` runs a duty and reports what it fails with."""

    def __init__(self, clock: Callable[[], datetime], attempt: Callable[[Callable[[], int]], object]) -> None:
        self._clock, self._attempt = clock, attempt
        self._at_work: dict[int, Thread] = {}

    def begin(self) -> int:
        """Starts a pass for each receiver for which messages wait and which has none under way; returns how many."""
        self._at_work = {key: thread for key, thread in self._at_work.items() if thread.is_alive()}
        begun = 0
        for receiver in deliveries.due(self._clock()):
            if receiver.pk not in self._at_work and deliveries.waiting(receiver).exists():
                thread = Thread(target=self._serve, args=(receiver,), name=f"to-{receiver.code}", daemon=True)
                self._at_work[receiver.pk] = thread
                thread.start()
                begun += 1
        return begun

    def finish(self) -> None:
        """Waits for all that were begun."""
        for thread in self._at_work.values():
            thread.join()

    def _serve(self, receiver: Receiver) -> None:
        try:
            self._attempt(lambda: carry_to(receiver, self._clock))
        finally:
            connections.close_all()
