from django.urls import include, path, re_path
from django.views.decorators.csrf import csrf_exempt
from django.views.generic import RedirectView

from imloop.api.app import api
from imloop.api.http.errors import no_such_call
from imloop.site import health

handler500 = "imloop.site.health.failed"
no_call = csrf_exempt(no_such_call)
urlpatterns = [
    path("healthz", health.healthz),
    path("readyz", health.readyz),
    path("metrics", health.metrics),
    path("api/v1/", no_call),
    path("api/v1/", api.urls),
    path("api/docs", RedirectView.as_view(url="/api/v1/docs")),
    re_path("^api/", no_call),
    path("", include("imloop.pages.urls")),
]
