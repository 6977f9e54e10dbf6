"""The application as ``imloop serve`` runs it in its worker processes."""

from imloop.site.parent import end_with_parent
from imloop.site.wsgi import application

__all__ = ["application"]

end_with_parent()
