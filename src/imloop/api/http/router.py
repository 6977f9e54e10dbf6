"""The calls of one subject. Each route declares who may make the call and what it answers.

A subject is one file (or folder) beside ``app.py`` with a ``Router``, and its name in the list there. The framework
writes the OpenAPI document from the routes; refusals and ways to authenticate, the same everywhere, are added here.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, NotRequired, TypedDict, TypeVar, Unpack

import ninja
from django.http.response import HttpResponseBase
from ninja import Schema

from imloop.api.http.audience import ANYONE, Admission, Kinds
from imloop.api.http.openapi import around

View = TypeVar("View", bound=Callable[..., HttpResponseBase])


@dataclass(frozen=True, slots=True)
class File:
    """An answer that is no JSON. ``told``: what it is; ``binary``: bytes, not text."""

    media_type: str
    told: str = "the file"
    binary: bool = True


PDF, ATTACHED = File("application/pdf"), File("*/*")
EVENTS = File("text/event-stream", "the feed as it grows", binary=False)
_CONVERTER = re.compile(r"\{\w+:")
"""``{number:test_no}``: which signs a placeholder takes."""
Answers = Mapping[int, type[Schema] | File]
"""By status: what is answered on success."""


class About(TypedDict):
    """What a route declares. ``who``: left out below ``public/``, which is for anyone, and nowhere else. ``largest``:
    bytes of a body, where the usual limit does not apply. ``body``: JSON Schemas by media type, of a body that the call
    reads itself."""

    answers: Answers
    tags: list[str]
    summary: str
    who: NotRequired[Kinds]
    largest: NotRequired[int]
    body: NotRequired[Mapping[str, object]]


@dataclass(frozen=True, slots=True)
class Call:
    """``path``: below ``/api/v1/``, with its placeholders; ``who``: ``ANYONE`` for a public one."""

    method: str
    path: str
    who: Kinds
    answers: Answers

    @property
    def name(self) -> str:
        return f"{self.method} {self.path}"

    @property
    def is_public(self) -> bool:
        return self.who == ANYONE


class Router:
    """``calls``: in the order in which they stand in the file; ``routes``: the same for the framework."""

    def __init__(self) -> None:
        self.calls: list[Call] = []
        self.routes = ninja.Router(by_alias=True)

    def get(self, path: str, **about: Unpack[About]) -> Callable[[View], View]:
        return self._route("GET", path, about)

    def post(self, path: str, **about: Unpack[About]) -> Callable[[View], View]:
        return self._route("POST", path, about)

    def put(self, path: str, **about: Unpack[About]) -> Callable[[View], View]:
        return self._route("PUT", path, about)

    def delete(self, path: str, **about: Unpack[About]) -> Callable[[View], View]:
        return self._route("DELETE", path, about)

    def include(self, other: Router) -> None:
        """A subject's calls may stand in several files."""
        self.calls += other.calls
        self.routes.add_router("", other.routes)

    def _route(self, method: str, path: str, about: About) -> Callable[[View], View]:
        call = Call(
            method,
            _CONVERTER.sub("{", path.removeprefix("/")),
            _audience(method, path, about.get("who")),
            about["answers"],
        )
        self.calls.append(call)
        extra = _described(call)
        if "body" in about:
            content = {kind: {"schema": schema} for kind, schema in about["body"].items()}
            extra["requestBody"] = {"required": True, "content": content}
        route: Callable[[View], View] = self.routes.api_operation(
            [method],
            path,
            auth=Admission(call.who, about.get("largest")),
            response=_for_framework(call.answers),
            tags=about["tags"],
            summary=about["summary"],
            openapi_extra=extra,
        )
        return route


def _audience(method: str, path: str, who: Kinds | None) -> Kinds:
    """Nothing is open by oversight: without an audience the program does not start."""
    if path.startswith("/public/"):
        if who is not None:
            raise TypeError(f"{method} {path} is for anyone, and says otherwise")
        return ANYONE
    if not who:
        raise TypeError(f"{method} {path} does not say who may call it")
    return who


def _for_framework(answers: Answers) -> dict[int, type[Schema] | None]:
    """What is no JSON, the framework does not describe."""
    return {status: None if isinstance(answer, File) else answer for status, answer in answers.items()}


def _described(call: Call) -> dict[str, Any]:
    """What the framework does not know of a call."""
    told = around(call.method, is_public=call.is_public)
    for status, answer in call.answers.items():
        told["responses"][status] = {"description": "done"}
        if isinstance(answer, File):
            schema = {"type": "string", "format": "binary"} if answer.binary else {"type": "string"}
            told["responses"][status] = {
                "description": answer.told,
                "content": {answer.media_type: {"schema": schema}},
            }
    return told
