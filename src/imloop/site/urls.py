from django.urls import include, path, re_path
from django.views.generic import RedirectView

from imloop.api.app import api
from imloop.api.errors import no_such_call

urlpatterns = [
    path("api/v1/", api.urls),
    path("api/docs", RedirectView.as_view(url="/api/v1/docs")),
    re_path("^api/", no_such_call),
    path("", include("imloop.pages.urls")),
]
