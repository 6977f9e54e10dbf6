"""A complaint comes in: from anybody on the net, or written down at a desk. It reads: what was said, whose it is, is it
whole; then the matter, what was reported, the sealed reporter, the photographs and the codes that may be paid on."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime

from imloop.facts.days import day_of
from imloop.facts.identifiers import plain
from imloop.facts.padding import has_control
from imloop.facts.pictures import shown
from imloop.facts.places import full_name, known_place
from imloop.facts.refusal import Malformed
from imloop.facts.text import Text
from imloop.law import Law
from imloop.matters import Kind, New, Role, Step, take
from imloop.matters.complaints.categories import Category, category_of
from imloop.matters.complaints.clocks import RECEIVERS
from imloop.matters.decide import offered
from imloop.matters.fields import read_fields
from imloop.steps.complaints.payment_code import hash_of, new_code
from imloop.steps.complaints.sealed_reporter import read_reporter, sealed
from imloop.steps.ground import registers
from imloop.steps.ground.access import Caller
from imloop.steps.ground.files import keep
from imloop.steps.ground.ledger import Ledger, writing
from imloop.steps.matters.as_fact import plain as as_json
from imloop.steps.matters.kept.new_row import About, opened
from imloop.steps.matters.take_step import applicant
from imloop.store.models import Attachment, Complaint, Matter, MatterParty, Party, PartyKind, Reward

LONGEST = {"text": 4000, "address": 200, "party": 120}
FEWEST_SIGNS = 6
MOST_PHOTOS = 6
MOST_TOGETHER = 20
OLDEST_YEARS = 2
"""Of what is reported: the time in which most breaches may still be punished (Penalty Law art. 36)."""
_SAID = {
    "text": Text("经过", "what happened"),
    "address": Text("地点", "place"),
    "party": Text("单位名称", "the party's name"),
}


@dataclass(frozen=True, slots=True)
class Report:
    """As typed. ``party``: a registered station's code, or a name; ``answers``: to the questions of the category."""

    category: str
    about: str
    text: str
    place: str
    channel: str = "web"
    on: date | None = None
    party: str = ""
    address: str = ""
    position: tuple[float, float] | None = None
    name: str = ""
    phone: str = ""
    insider: bool = False
    together: int = 1
    answers: Mapping[str, object] = field(default_factory=dict)
    photos: tuple[tuple[str, bytes], ...] = ()


@dataclass(frozen=True, slots=True)
class Received:
    """``codes``: to collect a reward with, one for each of those who reported together; shown this once."""

    matter: Matter
    codes: tuple[str, ...]


def receive(report: Report, now: datetime, caller: Caller | None = None) -> Received:
    """``caller``: the person at a desk who writes it down; None: whoever reports does so themselves."""
    category = category_asked(report.category)
    _require_whole(report, category, day_of(now))
    reporter = read_reporter(report.name, report.phone)
    for _, body in report.photos:
        shown(body, at="photo")
    who = caller or Caller("reporter", "public", "", report.place)
    with writing(now, who) as ledger:
        law = registers.law_at(day_of(now), report.place)
        receiver, office = _office(category, report)
        said = {"receiver": receiver, "category": category.code, "channel": report.channel}
        new = New(Kind.COMPLAINT, receiver)
        answers = read_fields(category.questions, report.answers, offered(new, law))
        decision = take(new, Step.RECEIVE, said, frozenset({Role.CONCERNED}), law.on, law)
        about = About(report.place, _title(category, report), office=office.code)
        row = opened(ledger, Kind.COMPLAINT, about, Step.RECEIVE, decision, law)
        complaint = Complaint.objects.create(
            matter=row,
            category=category.code,
            about=report.about,
            text=report.text.strip(),
            answers=as_json(answers),
            on=report.on or law.on,
            plate=plain(str(answers.get("plate", "")))[:16],
            party_named=_party_in_words(row, report, now),
            address=report.address.strip(),
            latitude=report.position[0] if report.position else None,
            longitude=report.position[1] if report.position else None,
            reporter=sealed(reporter, row.matter_no),
            named=reporter.is_named,
            insider=report.insider,
            together=report.together,
        )
        if caller is None:  # what one reporter sends takes no room from another
            ledger.caller = applicant(row)
        _keep_photos(ledger, row, report)
        return Received(row, _codes(complaint, category, law))


def category_asked(code: str) -> Category:
    found = category_of(code)
    if found is None:
        raise Malformed("wrong-value", Text("请选择类别。", "Choose what it is about."), at="category")
    return found


def _require_whole(report: Report, category: Category, today: date) -> None:
    if report.about not in category.about:
        raise Malformed("wrong-value", Text("请选择反映的对象。", "Choose whom it is about."), at="about")
    if sum(sign.isalnum() for sign in report.text) < FEWEST_SIGNS:
        words = Text("请写清楚经过，至少六个字。", "Say what happened, in six signs at least.")
        raise Malformed("missing", words, at="text")
    for name, most in LONGEST.items():
        given = str(getattr(report, name))
        if len(given) > most or has_control(given):
            label = _SAID[name]
            words = Text(
                f"“{label.zh}”超过 {most} 字，或者含有不能保存的字符。",
                f"“{label.en}” has more than {most} characters, or one that cannot be kept.",
            )
            raise Malformed("too-long", words, at=name)
    known_place(report.place)
    _require_day(report, today)
    _require_position(report)
    if not 1 <= report.together <= MOST_TOGETHER:
        words = Text(
            f"一起反映的应为 1 到 {MOST_TOGETHER} 人。", f"1 to {MOST_TOGETHER} people report together."
        )
        raise Malformed("wrong-value", words, at="together")
    if len(report.photos) > MOST_PHOTOS:
        raise too_many_photos()


def too_many_photos() -> Malformed:
    words = Text(f"照片最多 {MOST_PHOTOS} 张。", f"At most {MOST_PHOTOS} photographs.")
    return Malformed("too-many", words, at="photo")


def _require_day(report: Report, today: date) -> None:
    if report.on is not None and report.on > today:
        words = Text(f"{report.on} 尚未到来。", f"{report.on} is in the future.")
        raise Malformed("in-the-future", words, at="on")
    if report.on is not None and report.on.year < today.year - OLDEST_YEARS:
        words = Text(f"{report.on} 过于久远，请核对日期。", f"{report.on} is too long ago: check the day.")
        raise Malformed("too-long-ago", words, at="on")


def _require_position(report: Report) -> None:
    if report.position is None:
        return
    latitude, longitude = report.position
    if not (3 <= latitude <= 54 and 73 <= longitude <= 136):
        words = Text("位置不在国内，请核对经纬度。", "The position is not in China: check it.")
        raise Malformed("wrong-position", words, at="latitude")


def _office(category: Category, report: Report) -> tuple[str, Party]:
    """The department of the place; where it does not use the platform, the environment's, which passes it on."""
    for receiver in (category.receiver_about(report.about), "environment"):
        found = registers.department(RECEIVERS[receiver].office, report.place)
        if found is not None:
            return receiver, found
    words = Text(
        f"{report.place} 没有使用本平台的部门，请拨打 12345。",
        f"No department of {report.place} uses this platform: call 12345.",
    )
    raise Malformed("unknown-place", words, at="place")


def _title(category: Category, report: Report) -> str:
    """What lists and messages call it: neither who is meant nor who reported."""
    return f"{category.name.zh} · {full_name(report.place)}"


def _party_in_words(row: Matter, report: Report, now: datetime) -> str:
    """A registered station by its name, which the file names as the one concerned; else what was typed."""
    typed = report.party.strip()
    known = Party.objects.filter(code=typed, kind__in=(PartyKind.ISTATION, PartyKind.MSTATION)).first()
    if known is None:
        return typed
    MatterParty.objects.create(matter=row, role=MatterParty.Role.RESPONDENT, party=known, entered_at=now)
    return known.name[:120]


def _keep_photos(ledger: Ledger, row: Matter, report: Report) -> None:
    for count, (_, body) in enumerate(report.photos, 1):
        keep(ledger, Attachment(matter=row), row.attachments.all(), row.matter_no, f"照片 {count}", body)


def _codes(complaint: Complaint, category: Category, law: Law) -> tuple[str, ...]:
    """None where the place never pays for such a report."""
    if not category.reward or law.get(f"reward.{category.reward}_yuan") is None:
        return ()
    codes = tuple(new_code() for _ in range(complaint.together))
    Reward.objects.bulk_create(Reward(complaint=complaint, code_sha256=hash_of(code)) for code in codes)
    return codes
