from django.apps import AppConfig


class PagesConfig(AppConfig):
    name = "imloop.pages"
    label = "pages"
