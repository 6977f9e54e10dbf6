import os
from typing import cast

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "imloop.site.settings")
_framework = get_wsgi_application()

from imloop.api.app import CALLS  # noqa: E402 - only after the framework is set up
from imloop.api.http.fast_calls import Application, Express  # noqa: E402
from imloop.site.observe import Observed  # noqa: E402

# The stubs say that a response comes back, but not that a response can be read for its bytes.
application = Observed(Express(cast(Application, _framework), CALLS))
