"""The second person of a story: another account of whichever office the law names."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from imloop.steps.ground.access import Caller, caller_for
from imloop.steps.second_person.decide import confirm
from imloop.store.models import Party, Proposal, User


def another(code: str, name: str = "", *, head: bool = True) -> Caller:
    """Another person of a party, who acted on nothing yet."""
    party = Party.objects.get(code=code)
    name = name or f"second-{code}"
    User.objects.get_or_create(username=name, defaults={"party": party, "password": "!", "is_head": head})
    return replace(caller_for(party), user=name)


def confirmed(made: object, now: datetime) -> Proposal:
    """What was proposed, confirmed by another person of the office that is asked."""
    assert isinstance(made, Proposal), made
    assert made.asked is not None, "nobody is asked"
    return confirm(another(made.asked.code), made.pk, said="已核对原始材料", now=now)
