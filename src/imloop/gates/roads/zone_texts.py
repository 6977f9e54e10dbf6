"""A traffic restriction in words, for people who have to obey it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from imloop.facts.codes import FUEL_NAMES, Fuel
from imloop.facts.records.vehicle_codes import type_name, usage_words
from imloop.facts.text import Text
from imloop.gates.roads.zone_rules import Rule
from imloop.gates.vehicles.subject import stage_name, stage_rank

EXCEPTION_NAMES = {
    "electric": Text("纯电动、氢燃料汽车", "electric and hydrogen vehicles"),
    "new_energy": Text("新能源汽车", "new-energy vehicles"),
    "emergency": Text("警车、消防车、救护车、工程救险车", "police, fire, ambulance and rescue vehicles"),
    "bus": Text("公交车", "public buses"),
    "taxi": Text("出租车", "taxis"),
    "school": Text("校车", "school buses"),
    "gas": Text("燃气汽车", "gas vehicles"),
    "enrolled": Text("已在本地纳管的车辆", "vehicles enrolled here"),
}
_DAYS = "一二三四五六日"
_DAYS_EN = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")


def rule_words(rule: Rule, *, zone: bool = True) -> Text:
    """One sentence: which vehicles, when, where, who is left out. ``zone`` False: the rule knows no zone, as in an
    alert, and says nothing of the place."""
    parts = [*_which(rule), *_when(rule)]
    if zone:
        parts.append(
            Text("全域道路", "on every road") if rule.everywhere else Text("在限行区内", "inside the zone")
        )
    if rule.exceptions:
        names = _listed(EXCEPTION_NAMES[name] for name in rule.exceptions)
        parts.append(Text(f"{names.zh}除外", f"except {names.en}"))
    return Text("，".join(part.zh for part in parts), "; ".join(part.en for part in parts))


def _which(rule: Rule) -> Iterator[Text]:
    if rule.fuels:
        names = _listed(FUEL_NAMES[Fuel(fuel)] for fuel in rule.fuels)
        yield Text(f"燃料为{names.zh}", f"fuel {names.en}")
    if rule.stage_below:
        number, letter = divmod(stage_rank(rule.stage_below) or 0, 10)
        yield Text(
            f"排放阶段低于{stage_name(rule.stage_below)}或不明",
            f"below stage {number}{('', 'a', 'b')[letter]}, or of unknown stage",
        )
    if rule.vehicle_types:
        yield _listed(type_name(code) for code in rule.vehicle_types)
    if rule.usages:
        names = _listed(usage_words(code) for code in rule.usages)
        yield Text(f"使用性质为{names.zh}", f"used for {names.en}")
    if rule.over_mass_kg is not None:
        yield Text(
            f"最大总质量超过 {rule.over_mass_kg:g} 千克", f"over {rule.over_mass_kg:g} kg maximum mass"
        )
    if rule.over_years is not None:
        yield Text(
            f"登记满 {rule.over_years:g} 年以上", f"registered more than {rule.over_years:g} years ago"
        )
    if rule.elsewhere:
        plates = "、".join(rule.elsewhere)
        yield Text(f"非{plates}号牌", f"plates not beginning with {', '.join(rule.elsewhere)}")
    if rule.digits:
        yield Text(f"号牌尾号 {'、'.join(rule.digits)}", f"plates ending in {', '.join(rule.digits)}")
    if rule.odd_even:
        yield Text("单日限双号、双日限单号", "even plates on odd days, odd plates on even days")


def _when(rule: Rule) -> Iterator[Text]:
    if rule.weekdays:
        yield _listed(map(weekday_name, rule.weekdays))
    spans = [f"{_clock(start)}–{_clock(end)}" for start, end in rule.hours]
    if spans:
        yield Text(f"每日 {'、'.join(spans)}" if not rule.weekdays else "、".join(spans), ", ".join(spans))
    else:
        yield Text("全天", "all day")


def weekday_name(day: int) -> Text:
    """1 is Monday."""
    return Text(f"周{_DAYS[day - 1]}", _DAYS_EN[day - 1])


def _clock(minute: int) -> str:
    return f"{minute // 60:02}:{minute % 60:02}"


def _listed(texts: Iterable[Text]) -> Text:
    found = list(texts)
    return Text("、".join(text.zh for text in found), ", ".join(text.en for text in found))
