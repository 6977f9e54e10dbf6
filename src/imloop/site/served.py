"""The application as ``imloop serve`` runs it in its worker processes."""

from django.urls import resolve

from imloop.site.parent import end_with_parent
from imloop.site.wsgi import application

__all__ = ["application"]

end_with_parent()
resolve("/healthz")  # reads every page and call now: the first request after a start need not wait for it
