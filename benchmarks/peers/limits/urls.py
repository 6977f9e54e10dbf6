import base64

import msgspec
import numpy as np
import zstandard
from django.http import HttpRequest, HttpResponse
from django.urls import path
from django.views.decorators.csrf import csrf_exempt


def hello(request: HttpRequest) -> HttpResponse:
    return HttpResponse(b'{"hello":"world"}', content_type="application/json")


def null_store(request: HttpRequest) -> HttpResponse:
    message = msgspec.json.decode(request.body)
    columns = message["trace"]["columns"]
    arrays = {name: np.array(values, dtype=np.float64) for name, values in columns.items() if name != "phase"}
    body = msgspec.json.encode({"test_no": message["test_no"], "columns": len(arrays)})
    return HttpResponse(body, status=201, content_type="application/json")


def null_packed(request: HttpRequest) -> HttpResponse:
    message = msgspec.json.decode(request.body)
    frame = zstandard.decompress(base64.b64decode(message["trace"]["packed"]))
    end = 4 + int.from_bytes(frame[:4], "little")
    header = msgspec.json.decode(frame[4:end])
    steps = np.frombuffer(frame, dtype="<i4", offset=end).reshape(len(header["columns"]), -1)
    scale = 10.0 ** np.array([decimals for _, decimals in header["columns"]])
    arrays = np.cumsum(steps, axis=1, dtype=np.int64) / scale[:, np.newaxis]
    body = msgspec.json.encode({"test_no": message["test_no"], "columns": len(arrays)})
    return HttpResponse(body, status=201, content_type="application/json")


urlpatterns = [
    path("hello", hello),
    path("tests", csrf_exempt(null_store)),
    path("packed", csrf_exempt(null_packed)),
]
