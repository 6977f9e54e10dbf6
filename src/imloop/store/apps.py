from django.apps import AppConfig

from imloop.store import fits, no_nul, statements


class StoreConfig(AppConfig):
    name = "imloop.store"
    label = "store"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        no_nul.install()
        fits.install()
        statements.install()
