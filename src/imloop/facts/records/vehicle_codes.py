"""Vehicle types (GA/T 16.4) and uses (GA/T 16.3) of a registration certificate, in words."""

from __future__ import annotations

from imloop.facts.text import Text

_TYPES = {
    "B": Text("半挂车", "semi-trailers"),
    "D": Text("电车", "trolleybuses"),
    "G": Text("全挂车", "trailers"),
    "H": Text("载货汽车", "lorries"),
    "J": Text("轮式机械", "wheeled machinery"),
    "K": Text("载客汽车", "passenger vehicles"),
    "M": Text("摩托车", "motorcycles"),
    "N": Text("三轮汽车", "three-wheeled vehicles"),
    "Q": Text("牵引车", "tractor units"),
    "T": Text("拖拉机", "agricultural tractors"),
    "Z": Text("专项作业车", "special-purpose vehicles"),
}
_SIZES = {
    "H1": Text("重型", "heavy "),
    "H2": Text("中型", "medium "),
    "H3": Text("轻型", "light "),
    "H4": Text("微型", "mini "),
    "K1": Text("大型", "large "),
    "K2": Text("中型", "medium "),
    "K3": Text("小型", "small "),
    "K4": Text("微型", "mini "),
    "Q1": Text("重型", "heavy "),
    "Q2": Text("中型", "medium "),
    "Q3": Text("轻型", "light "),
}
USAGE_NAMES = {
    "A": Text("非营运", "not operated for hire"),
    "B": Text("公路客运", "coaches"),
    "C": Text("公交客运", "public buses"),
    "D": Text("出租客运", "taxis"),
    "E": Text("旅游客运", "tourist coaches"),
    "F": Text("货运", "haulage"),
    "G": Text("租赁", "rental"),
    "N": Text("教练", "driving school"),
    "R": Text("化危品运输", "dangerous goods"),
    "T": Text("预约出租客运", "ride-hailing"),
}
TYPES = tuple(sorted((*_TYPES, *_SIZES)))
"""What a rule may be chosen for; an API may name a structure as well."""


def type_name(code: str) -> Text:
    """A prefix of a GA/T 16.4 code in words; the structure in its third character stays a code."""
    kind = _TYPES.get(code[0])
    size = _SIZES.get(code[:2])
    if kind is None or (len(code) > 1 and size is None):
        return Text(f"车辆类型 {code}", f"vehicle type {code}")
    more = f"（{code}）" if len(code) > 2 else ""
    more_en = f" ({code})" if len(code) > 2 else ""
    return Text(
        f"{size.zh if size else ''}{kind.zh}{more}",
        f"{size.en if size else ''}{kind.en}{more_en}",
    )


def usage_words(code: str) -> Text:
    """A use in words; a code that is not in the table stays as it is."""
    return USAGE_NAMES.get(code, Text(code, code))
