"""May this vehicle be booked, be cancelled, be recorded as a no-show (A8)? One guard per rule."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from imloop.facts.codes import DIESEL_FUELS, DIESEL_METHODS, METHOD_NAMES, Method
from imloop.facts.days import day_of
from imloop.facts.text import Reason, Text
from imloop.gates.answer import Answer
from imloop.gates.appointments.allowed_method import not_allowed
from imloop.law import Law


@dataclass(frozen=True, slots=True, kw_only=True)
class Wish:
    """A booking that is asked for. ``free``: the slot is one of those on offer; ``open_bookings``: of the vehicle;
    ``phone_bookings``: open ones under the same phone; ``no_shows``: when the vehicle did not come; ``found``: what the
    station and the retest gate say of the day; ``case_open``: the vehicle has a case awaiting its retest."""

    method: Method
    starts_at: datetime
    retest: bool
    free: bool
    open_bookings: int = 0
    phone_bookings: int = 0
    no_shows: Sequence[datetime] = ()
    fuel: str = ""
    case_open: bool = False
    found: Sequence[Reason] = ()


def may_book(wish: Wish, now: datetime, law: Law) -> Answer:
    """Every rule the booking would break; ``law``: of the day it is asked for."""
    facts: dict[str, object] = {"starts_at": wish.starts_at.isoformat(), "method": wish.method}
    reasons = [*wish.found, *_vehicle(wish, law), *_bookings(wish, now, law), *_time(wish, now, law)]
    return Answer.of("appointment", reasons, facts)


def last_day(now: datetime, law: Law) -> date:
    """The last day that can be booked now."""
    return day_of(now) + timedelta(days=law.integer("appointment.days_ahead"))


def counted_no_shows(times: Sequence[datetime], now: datetime, law: Law) -> list[datetime]:
    """The missed appointments that still count: those within the law's days before now."""
    since = now - timedelta(days=law.integer("appointment.no_show_days"))
    return [when for when in times if since < when <= now]


def _vehicle(wish: Wish, law: Law) -> Iterator[Reason]:
    if wish.case_open and not wish.retest:
        yield Reason(
            "open-case",
            Text(
                "该车有未结的不合格案件，应预约复检而不是定期检验。",
                "The vehicle has an open case: book its retest, not an ordinary test.",
            ),
            law.cite("retest.same_station"),
            Text(
                "请扫告知书二维码，在案件页预约复检。",
                "Open the case page by the notice's QR code and book there.",
            ),
        )
    if wish.fuel and (wish.fuel in DIESEL_FUELS) != (wish.method in DIESEL_METHODS):
        yield Reason(
            "method-not-for-fuel",
            Text(
                f"{METHOD_NAMES[wish.method].zh}不适用于该车燃料。",
                f"{METHOD_NAMES[wish.method].en} does not apply to this vehicle's fuel.",
            ),
            law.cite(f"method.fuels.{wish.method}"),
            Text("请按燃料选用检验方法。", "Choose a method for its fuel."),
        )
    elif (reason := not_allowed(wish.method, law)) is not None:
        yield reason


def _bookings(wish: Wish, now: datetime, law: Law) -> Iterator[Reason]:
    if wish.open_bookings and law.flag("appointment.one_open"):
        yield Reason(
            "booked-already",
            Text("该车已有一个未使用的预约。", "The vehicle has an open appointment already."),
            law.cite("appointment.one_open"),
            Text("请先取消原预约，再约新的时间。", "Cancel it first, then book another time."),
        )
    most = law.integer("appointment.most_per_phone")
    if wish.phone_bookings >= most:
        yield Reason(
            "too-many-for-phone",
            Text(
                f"该电话已有 {most} 个未使用的预约。",
                f"This phone number already has {most} open appointments.",
            ),
            law.cite("appointment.most_per_phone"),
            Text(
                "请先使用或取消其中一个；车队请与检验机构联系。",
                "Use or cancel one first; fleets please call the station.",
            ),
        )
    missed = counted_no_shows(wish.no_shows, now, law)
    if len(missed) >= law.integer("appointment.no_show_most"):
        days = law.integer("appointment.no_show_days")
        again = day_of(min(missed)) + timedelta(days=days)
        yield Reason(
            "walk-in-only",
            Text(
                f"{days} 天内已爽约 {len(missed)} 次，暂只能现场取号。",
                f"{len(missed)} appointments were missed within {days} days: walk-in only for now.",
            ),
            law.cite("appointment.no_show_most"),
            Text(
                f"可直接到站现场取号检验；{again} 起可再预约。",
                f"Come without an appointment; booking opens again on {again}.",
            ),
        )


def _time(wish: Wish, now: datetime, law: Law) -> Iterator[Reason]:
    if day_of(wish.starts_at) > last_day(now, law):
        ahead = law.integer("appointment.days_ahead")
        yield Reason(
            "too-far-ahead",
            Text(f"最多提前 {ahead} 天预约。", f"Appointments can be booked at most {ahead} days ahead."),
            law.cite("appointment.days_ahead"),
            Text(f"请选 {last_day(now, law)} 或之前的时间。", f"Choose a time up to {last_day(now, law)}."),
        )
    elif not wish.free:
        yield Reason(
            "slot-not-free",
            Text("该时段不开放或已被约满。", "That time is not on offer or has been taken."),
            law.cite("appointment.retest_share"),
            Text("请从列出的空闲时段中另选。", "Choose another of the free times listed."),
        )


def may_cancel(starts_at: datetime, now: datetime, law: Law) -> Reason | None:
    """The owner may cancel only early enough for somebody else to book."""
    hours = law.integer("appointment.cancel_hours")
    if now <= starts_at - timedelta(hours=hours):
        return None
    return Reason(
        "too-late-to-cancel",
        Text(
            f"开始前不足 {hours} 小时，不能自行取消。",
            f"Less than {hours} hours are left; it can no longer be cancelled online.",
        ),
        law.cite("appointment.cancel_hours"),
        Text("请打电话告诉检验机构。", "Please call the station."),
    )


def may_miss(starts_at: datetime, now: datetime, law: Law) -> Reason | None:
    """A no-show has consequences, so the station waits a while first."""
    minutes = law.integer("appointment.late_minutes")
    if now >= starts_at + timedelta(minutes=minutes):
        return None
    return Reason(
        "too-early-for-no-show",
        Text(
            f"预约时间过后 {minutes} 分钟未到，方可记为爽约。",
            f"A no-show can be recorded only {minutes} minutes after the appointed time.",
        ),
        law.cite("appointment.late_minutes"),
        Text("请稍后再记。", "Wait a little longer."),
    )
