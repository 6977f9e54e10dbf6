"""Each subject brings its own calls; the centre lists subjects. What stands at the routes is what is served."""

from __future__ import annotations

from importlib import import_module
from pathlib import Path
from pkgutil import iter_modules

import ninja
import pytest
from django.test import RequestFactory

import imloop.api
from imloop.api.app import CALLS, SUBJECTS, api
from imloop.api.http.audience import ANYONE, ENVIRONMENT, nobody
from imloop.api.http.openapi import DescribedAPI
from imloop.api.http.router import Router

FOLDER = Path(imloop.api.__file__).parent


def test_every_subject_is_listed_once() -> None:
    names = {each.name for each in iter_modules([str(FOLDER)])} - {"app", "http"}
    routers = [import_module(f"imloop.api.{name}").router for name in sorted(names)]
    assert {id(each) for each in routers} == {id(each) for each in SUBJECTS}
    assert len(SUBJECTS) == len(names)


def test_what_is_served_is_what_the_subjects_bring() -> None:
    brought = [call.name for subject in SUBJECTS for call in subject.calls]
    assert sorted(brought) == sorted(CALLS), "two subjects bring the same call"
    served = {
        f"{method.upper()} {path.removeprefix('/api/v1/')}"
        for path, operations in api.get_openapi_schema()["paths"].items()
        for method in operations
    }
    assert served == set(CALLS)


def test_a_route_says_whom_it_is_for_or_does_not_start() -> None:
    router = Router()
    for who in ({}, {"who": ANYONE}):
        with pytest.raises(TypeError, match="POST /zones does not say who may call it"):
            router.post("/zones", **who, answers={}, tags=[], summary="")  # type: ignore[typeddict-item]
    with pytest.raises(TypeError, match="GET /public/zones is for anyone"):
        router.get("/public/zones", who=ENVIRONMENT, answers={}, tags=[], summary="")
    assert router.calls == []


def test_a_route_past_the_router_lets_nobody_in() -> None:
    past, asked = DescribedAPI(auth=nobody, urls_namespace="past"), []
    routes = ninja.Router()
    routes.get("/open")(lambda request: asked.append(request))
    past.add_router("", routes)
    (view,) = [each.callback for each in past.urls[0] if str(each.pattern) == "open"]
    assert view(RequestFactory().get("/open")).status_code == 401
    assert asked == []
