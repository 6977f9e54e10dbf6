import msgspec
import numpy as np
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


urlpatterns = [path("hello", hello), path("tests", csrf_exempt(null_store))]
