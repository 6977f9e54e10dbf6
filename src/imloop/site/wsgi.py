import os

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "imloop.site.settings")
_framework = get_wsgi_application()

from imloop.api.http.fast_calls import Express  # noqa: E402 - only after the framework is set up
from imloop.site.observe import Observed  # noqa: E402

application = Observed(Express(_framework))
