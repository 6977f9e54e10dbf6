"""Filters of a list that a person saved under a name."""

from __future__ import annotations

from urllib.parse import parse_qsl, urlencode

from imloop.facts.refusal import Malformed, Unknown
from imloop.facts.text import Text
from imloop.steps.ground.access import Caller
from imloop.store.models import SavedFilter, User

MOST = 20
_NAMING = ("search", "q", "about")
"""What a question may name a vehicle in: the search's id, and how old filters hold the words themselves."""


def saved_filters(caller: Caller, path: str) -> list[SavedFilter]:
    """Those of the person who is logged in, for one list."""
    found = list(SavedFilter.objects.filter(user__username=caller.user, path=path).order_by("name"))
    for each in found:
        each.query = _without_names(each.query)
    return found


def keep_filter(caller: Caller, *, path: str, query: str, name: str) -> SavedFilter:
    """Kept under its name; the same name again replaces it. What names a vehicle is left out."""
    name, query = name.strip(), _without_names(query)
    if not 0 < len(name) <= 40:
        raise Malformed(
            "wrong-value", Text("名称应为 1 至 40 字。", "The name must have 1 to 40 characters."), at="name"
        )
    if not path.startswith("/") or path.startswith("//") or len(path) > 60 or len(query) > 400:
        raise Malformed("wrong-value", Text("不能保存这个筛选。", "This filter cannot be saved."))
    if not query:
        said = Text(
            "没有可保存的筛选：输入的号牌和编号不保存。",
            "There is no filter to save: plates and numbers are not.",
        )
        raise Malformed("wrong-value", said, at="name")
    user = User.objects.get(username=caller.user)
    others = SavedFilter.objects.filter(user=user, path=path).exclude(name=name)
    if others.count() >= MOST:
        raise Malformed(
            "too-many", Text(f"最多保存 {MOST} 个，请先删去不用的。", f"At most {MOST}: delete one first.")
        )
    return SavedFilter.objects.update_or_create(user=user, path=path, name=name, defaults={"query": query})[0]


def _without_names(query: str) -> str:
    return urlencode([(name, value) for name, value in parse_qsl(query) if name not in _NAMING])


def drop_filter(caller: Caller, number: int) -> str:
    """Returns the list it belonged to."""
    found = SavedFilter.objects.filter(user__username=caller.user, pk=number).first()
    if found is None:
        raise Unknown("unknown-filter", Text("没有这个筛选。", "There is no such filter."))
    found.delete()
    return found.path
