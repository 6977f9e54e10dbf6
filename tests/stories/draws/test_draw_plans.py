"""What a draw may be asked to be: every fault is named by its field, nothing is half kept."""

from __future__ import annotations

from typing import Any

import pytest

from imloop.store.models import Draw
from support.city import FAR, NEAR
from support.doors import Doors
from support.stories.draw_story import ENVIRONMENT, MARKET, DrawStory, plan


@pytest.fixture
def story(doors: Doors) -> DrawStory:
    return DrawStory(doors)


@pytest.mark.parametrize(
    ("change", "where"),
    [
        ({"period": "2026-1"}, "$.period"),
        ({"visits": {"I": 0}}, "$.visits"),
        ({"visits": {"Z": 1}}, "$.visits"),
        ({"methods": {"I": "dice"}}, "$.methods"),
        ({"sources": plan()["sources"][:1]}, "$.sources"),
        ({"sources": plan()["sources"][:1] * 2}, "$.sources"),
        ({"first": "2026-01-08"}, "$.first"),
        ({"excluded": {NEAR: " "}}, "$.excluded"),
    ],
)
def test_a_plan_is_refused_by_its_field(doors: Doors, change: dict[str, Any], where: str) -> None:
    doors.at("2026-01-05 09:00")
    answer = doors.post("draws", plan(**change), by=ENVIRONMENT, expect=422)
    assert where in [fault["path"] for fault in answer["errors"]]
    assert not Draw.objects.exists()


def test_sources_lie_ahead_and_visits_fit_the_list(story: DrawStory) -> None:
    story.doors.at("2026-01-08 09:00")
    late = story.doors.post("draws", plan(), by=ENVIRONMENT, expect=422)
    assert "$.sources[0].on" in [fault["path"] for fault in late["errors"]]
    story.doors.at("2026-01-05 09:00")
    many = story.doors.post("draws", plan(visits={"I": 3}), by=ENVIRONMENT, expect=403)
    assert many["code"] == "visits-do-not-fit" and "1 至 2" in many["detail"]
    nobody = story.doors.post("draws", plan(excluded={"x": "y"}), by=ENVIRONMENT, expect=422)
    assert nobody["code"] == "unknown-unit"
    out = story.prepare(excluded={NEAR: "停业装修"}, visits={"I": 1})
    assert [unit["id"] for unit in out["list"]] == [FAR]
    assert {"id": NEAR, "name": "鱼峰环保检测站", "reason": "停业装修"} in out["excluded"]
    story.doors.at("2026-01-08 09:00")  # the list waited until the lottery's day: it can only be voided
    story.join(ENVIRONMENT, conflicts=[])
    story.join(MARKET, conflicts=[])
    assert story.step("commit", by=MARKET, expect=409)["code"] == "source-known"
