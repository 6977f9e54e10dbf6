"""The repair message of JT/T 1132.2, as repair-record systems send it, read as ``imloop.repair/1``.

Its names are kept by the standard (``vehicleplatenumber``, ``settledate`` …); what the loop needs beyond it
(certificate and invoice numbers, technician, times) is taken from our own keys when the sender adds them.
"""

from __future__ import annotations

from collections.abc import Mapping

_BASIC = {
    "vehicleplatenumber": "plate",
    "vin": "vin",
    "repairdate": "received_at",
    "settledate": "finished_at",
    "repairmileage": "odometer_km",
}


def looks_like_jtt1132(message: Mapping[str, object]) -> bool:
    return "costlistcode" in _basic(message)


def as_repair(message: Mapping[str, object]) -> dict[str, object]:
    """The same message under our names. ``costlistcode`` is the settlement list and names the repair."""
    basic = _basic(message)
    ours: dict[str, object] = {
        key: value for key, value in message.items() if key not in ("basicInfo", "access_token")
    }
    for theirs, name in _BASIC.items():
        ours.setdefault(name, _value(name, basic.get(theirs)))
    ours.setdefault("repair_no", basic.get("costlistcode"))
    ours.setdefault("shop", basic.get("companyname"))
    ours.setdefault("diagnosis", {"text": basic.get("faultdescription")})
    documents = message.get("documents")
    ours["documents"] = {
        "settlement_no": basic.get("costlistcode"),
        **(documents if isinstance(documents, dict) else {}),
    }
    ours["items"] = [
        {
            "code": item.get("code", "OTHER"),
            "name": item.get("repairproject"),
            "hours": item.get("workinghours"),
        }
        for item in _rows(message, "repairprojectlist")
    ]
    ours["parts"] = [
        {
            "name": part.get("partsname"),
            "code": part.get("partscode"),
            "quantity": part.get("partsquantity"),
            "serial": part.get("serial"),
        }
        for part in _rows(message, "vehiclepartslist")
    ]
    return ours


def _basic(message: Mapping[str, object]) -> Mapping[str, object]:
    inner = message.get("basicInfo")
    return inner if isinstance(inner, dict) else message


def _rows(message: Mapping[str, object], key: str) -> list[dict[str, object]]:
    rows = message.get(key)
    return [row for row in rows if isinstance(row, dict)] if isinstance(rows, list) else []


def _value(name: str, value: object) -> object:
    """Days without a time read as local midnight and the end of the working day; mileage may be a string."""
    if not isinstance(value, str):
        return value
    value = value.strip()
    if name == "odometer_km":
        try:
            return float(value)
        except ValueError:
            return value
    if name in ("received_at", "finished_at"):
        if len(value) == 8 and value.isdigit():
            value = f"{value[:4]}-{value[4:6]}-{value[6:]}"
        if len(value) == 10:
            value += "T00:00:00" if name == "received_at" else "T18:00:00"
        value = value.replace(" ", "T")
        return value if value[-6:-5] in "+-" or value.endswith("Z") else f"{value}+08:00"
    return value
