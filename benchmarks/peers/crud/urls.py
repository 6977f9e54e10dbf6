from django.urls import path
from django.views.decorators.csrf import csrf_exempt

from peers.crud import views

urlpatterns = [
    path("rows", csrf_exempt(views.store_rows)),
    path("json", csrf_exempt(views.store_json)),
    path("permit", views.permit),
]
