"""Whether a person who is logged in may act and look: decided here for every door, pages, API and streams alike."""

from __future__ import annotations

from dataclasses import replace

from imloop.facts.refusal import NotAllowed
from imloop.facts.text import Text
from imloop.steps.accounts.second_factor import confirmed, is_required
from imloop.steps.ground.access import Caller, caller_of
from imloop.store.models import User

OWN_PASSWORD, SECOND_FACTOR = "own-password-first", "second-factor-first"


def admitted(user: User) -> Caller:
    """The caller behind a session. Refused until a first password that others know is replaced, and the second factor,
    where it is required, is set up."""
    if user.must_change_password:
        raise NotAllowed(
            OWN_PASSWORD,
            Text(
                "请先登录网页，把初始密码换成自己的密码。",
                "First log in on the pages and choose a password of your own.",
            ),
        )
    if is_required(user) and confirmed(user) is None:
        raise NotAllowed(
            SECOND_FACTOR,
            Text("请先登录网页，启用动态口令。", "First log in on the pages and set up the second factor."),
        )
    return caller_of(user)


def admitted_by_key(caller: Caller) -> Caller:
    """The caller behind a key: a machine, or with a personal key the person whom it names, who may act and look as
    in a session of their own. That the account is open was asked with the key."""
    if not caller.user:
        return caller
    return replace(admitted(User.objects.select_related("party").get(username=caller.user)), key=caller.key)


def admitted_or_none(user: object) -> Caller | None:
    """The same, where who is not admitted sees what everybody sees."""
    if not isinstance(user, User):
        return None
    try:
        return admitted(user)
    except NotAllowed:
        return None
