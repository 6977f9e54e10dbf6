"""Every small change of a JSON value: each leaf flipped, each key left out, doubled in a list, or added."""

from __future__ import annotations

import copy
from collections.abc import Iterator
from typing import Any

Path = tuple[str | int, ...]


def mutations(value: Any, every: int = 1) -> Iterator[tuple[str, Any]]:
    """Pairs of what was done and the changed copy. ``every``: of long lists only each such place, to save time."""
    for path in _paths(value):
        if any(isinstance(step, int) and step % every for step in path):
            continue
        here = _at(value, path)
        name = ".".join(map(str, path)) or "the whole"
        for how, other in _others(here):
            if other == here:
                continue
            changed = copy.deepcopy(value)
            if not path:
                changed = other
            else:
                _at(changed, path[:-1])[path[-1]] = other
            yield f"{name} {how}", changed
        if path and isinstance(path[-1], str):
            changed = copy.deepcopy(value)
            del _at(changed, path[:-1])[path[-1]]
            yield f"{name} left out", changed


def _paths(value: Any, path: Path = ()) -> Iterator[Path]:
    yield path
    if isinstance(value, dict):
        for key, inner in value.items():
            yield from _paths(inner, (*path, key))
    elif isinstance(value, list):
        for place, inner in enumerate(value):
            yield from _paths(inner, (*path, place))


def _at(value: Any, path: Path) -> Any:
    for step in path:
        value = value[step]
    return value


def _others(here: Any) -> Iterator[tuple[str, Any]]:
    match here:
        case bool():
            yield "turned", not here
        case int() | float():
            yield "one more", here + 1
            yield "negative", -here - 1
        case str():
            yield "longer", here + "0"
            if here:
                yield "another letter", ("b" if here[0] != "b" else "c") + here[1:]
                yield "empty", ""
        case None:
            yield "something", "x"
        case dict():
            yield "one key more", {**here, "added": 1}
        case list():
            yield "one less", here[:-1]
            yield "one twice", [*here, here[-1]] if here else ["x"]
            yield "turned round", here[::-1]
    yield "nothing", None if here is not None else 0
