import hashlib
import json
from datetime import datetime

from django.db import IntegrityError, transaction
from django.http import HttpRequest, JsonResponse

from peers.crud.models import Repair, Second, Station, Test, Vehicle

_REQUIRED = ("test_no", "method", "started_at", "vehicle", "trace", "claimed")


def _station(request: HttpRequest) -> Station | None:
    token = request.headers.get("Authorization", "").removeprefix("Bearer ")
    return Station.objects.filter(key_sha256=hashlib.sha256(token.encode()).hexdigest(), active=True).first()


def _store(request: HttpRequest, *, as_rows: bool) -> JsonResponse:
    station = _station(request)
    if station is None:
        return JsonResponse({"code": "wrong-key"}, status=401)
    message = json.loads(request.body)
    missing = [name for name in _REQUIRED if name not in message]
    if missing:
        return JsonResponse({"code": "missing", "fields": missing}, status=422)
    stated, columns = message["vehicle"], message["trace"]["columns"]
    try:
        with transaction.atomic():
            vehicle, _ = Vehicle.objects.get_or_create(
                vin=stated["vin"], defaults={"plate": stated["plate"], "fuel": stated["fuel"]}
            )
            test = Test.objects.create(
                station=station,
                vehicle=vehicle,
                test_no=message["test_no"],
                method=message["method"],
                started_at=datetime.fromisoformat(message["started_at"]),
                verdict=message["claimed"]["verdict"],
                values=message["claimed"]["values"],
                trace=None if as_rows else columns,
            )
            if as_rows:
                names = {name: "lambda_value" if name == "lambda" else name for name in columns}
                known = {field.name for field in Second._meta.fields}
                kept = [(names[name], values) for name, values in columns.items() if names[name] in known]
                Second.objects.bulk_create(
                    Second(test=test, **{name: values[row] for name, values in kept})
                    for row in range(len(columns["t_s"]))
                )
    except IntegrityError:
        return JsonResponse({"code": "test-no-taken"}, status=409)
    return JsonResponse({"test_no": test.test_no, "verdict": test.verdict}, status=201)


def store_rows(request: HttpRequest) -> JsonResponse:
    return _store(request, as_rows=True)


def store_json(request: HttpRequest) -> JsonResponse:
    return _store(request, as_rows=False)


def permit(request: HttpRequest) -> JsonResponse:
    """May the vehicle be retested here: the last test, repairs after it, the shop, all through ORM joins."""
    station = _station(request)
    if station is None:
        return JsonResponse({"code": "wrong-key"}, status=401)
    last = (
        Test.objects.select_related("station", "vehicle")
        .filter(vehicle__vin=request.GET["vin"])
        .order_by("-started_at")
        .first()
    )
    if last is None or last.verdict != "fail":
        return JsonResponse({"allowed": False, "reasons": [{"code": "no-open-case"}]})
    reasons = []
    if last.station.code != request.GET["station"]:
        reasons.append({"code": "not-this-station"})
    repair = (
        Repair.objects.select_related("shop", "test__vehicle")
        .filter(test__vehicle__vin=request.GET["vin"], finished_at__gt=last.started_at)
        .order_by("-finished_at")
        .first()
    )
    if repair is None:
        reasons.append({"code": "no-repair-record"})
    elif not repair.shop.listed:
        reasons.append({"code": "repairer-not-listed"})
    elif not {"certificate_no", "settlement_no", "invoice_no"} <= repair.documents.keys():
        reasons.append({"code": "documents-missing"})
    return JsonResponse({"allowed": not reasons, "reasons": reasons})
