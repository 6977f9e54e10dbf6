"""A draw whose inspectors are accounts: three people of each of two departments, each with a key of their own."""

from __future__ import annotations

from typing import Any

from imloop.steps.accounts.create_user import create_user
from imloop.steps.accounts.keys import issue_key
from imloop.steps.ground.access import Caller, caller_of
from imloop.store.models import DrawVisit, Party, User
from support.city import at
from support.doors import Doors
from support.stories.draw_story import ENVIRONMENT, MARKET, NUMBERS, SECRETS, DrawStory, plan

PEOPLE = {ENVIRONMENT: ("env-li", "env-wei", "env-mo"), MARKET: ("mkt-liao", "mkt-qin", "mkt-pan")}
NAMES = {
    "env-li": "李丽",
    "env-wei": "韦伟",
    "env-mo": "莫默",
    "mkt-liao": "廖了",
    "mkt-qin": "覃琴",
    "mkt-pan": "潘盼",
}


def plan_of_december(**change: object) -> dict[str, Any]:
    """Lotteries of 8 and 9 December 2026, visits from the 14th."""
    wanted = plan(period="2026Q4", first="2026-12-14", last="2026-12-25")
    for day, source in enumerate(wanted["sources"], 8):
        source["on"], source["fallback"]["on"] = f"2026-12-{day:02d}", f"2026-12-{day + 3:02d}"
    return {**wanted, **change}


class OfficersStory(DrawStory):
    """As ``DrawStory``, in December 2026; an officer's calls are ``by`` their user name."""

    def __init__(self, doors: Doors) -> None:
        super().__init__(doors)
        for code, names in PEOPLE.items():
            party = Party.objects.get(code=code)
            for name in names:
                create_user(name, "a-long-password", party, at("2026-11-02 09:00"), name=NAMES[name])
                doors.use_key(name, issue_key(party, at("2026-11-02 09:00"), person=name))

    def prepare(self, **change: object) -> dict[str, Any]:
        self.doors.at("2026-12-02 09:00")
        answer = self.doors.post("draws", plan_of_december(**change), by=ENVIRONMENT, expect=201)
        self.no = answer["no"]
        return answer

    def join(self, by: str, expect: int | None = None, **change: object) -> dict[str, Any]:
        return super().join(by, expect, **{"inspectors": PEOPLE[by], "conflicts": [], **change})

    def numbers(self) -> None:
        self.doors.at("2026-12-09 22:00")
        for source, value in NUMBERS.items():
            for by in (ENVIRONMENT, MARKET):
                self.step("numbers", {"source": source, "value": value}, by=by, expect=201)

    def drawn(self) -> dict[str, Any]:
        self.committed()
        self.numbers()
        for by in (MARKET, ENVIRONMENT):
            answer = self.step("reveal", {"nonce": SECRETS[by]}, by=by, expect=201)
        return answer

    def at_the_door(self) -> DrawVisit:
        """Drawn, and one visit is due today."""
        self.drawn()
        self.doors.at("2026-12-15 10:00")
        return DrawVisit.objects.get(stratum="I")

    def team(self, visit: DrawVisit) -> list[str]:
        """User names of those who stand."""
        rows = visit.officers.filter(left_at=None).order_by("id")
        return list(rows.values_list("user__username", flat=True))

    def visit(
        self, visit: DrawVisit, step: str, *, by: str, expect: int = 201, **body: object
    ) -> dict[str, Any]:
        return self.step(f"visits/{visit.unit}/{step}", body, by=by, expect=expect)

    def result(
        self, visit: DrawVisit, *, by: str, expect: int = 201, outcome: str = "sound"
    ) -> dict[str, Any]:
        return self.visit(visit, "result", by=by, expect=expect, outcome=outcome, result="与登记一致")

    def leave(
        self, visit: DrawVisit, officer: str, *, by: str = "", expect: int = 201, **change: str
    ) -> dict[str, Any]:
        said = {"officer": officer, "ground": "absent", "reason": "当天外出培训，不能到场", **change}
        return self.visit(visit, "step-back", by=by or officer, expect=expect, **said)

    def visited(self) -> list[dict[str, Any]]:
        self.at_the_door()
        for visit in DrawVisit.objects.all():
            first, second = self.team(visit)
            self.visit(visit, "begin", by=first)
            self.visit(visit, "confirm", by=second)
            self.result(visit, by=second)
        return []

    def published(self, whole: bool = True) -> dict[str, Any]:
        self.visited()
        self.doors.at("2026-12-21 09:00")
        return self.step("publish", {"whole": whole}, by=ENVIRONMENT, expect=201)


def caller(name: str) -> Caller:
    return caller_of(User.objects.select_related("party").get(username=name))
