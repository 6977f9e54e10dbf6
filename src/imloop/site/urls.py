from django.urls import include, path
from django.views.generic import RedirectView

from imloop.api.app import api

urlpatterns = [
    path("api/v1/", api.urls),
    path("api/docs", RedirectView.as_view(url="/api/v1/docs")),
    path("", include("imloop.pages.urls")),
]
