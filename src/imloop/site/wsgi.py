import os
from typing import cast

from django.conf import settings
from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "imloop.site.settings")
_framework = get_wsgi_application()

from imloop.api.app import CALLS  # noqa: E402 - only after the framework is set up
from imloop.api.http.fast_calls import Application, Express  # noqa: E402
from imloop.site.bodies import Limits, Received  # noqa: E402
from imloop.site.observe import Observed  # noqa: E402

# The stubs say that a response comes back, but not that a response can be read for its bytes.
answering = Express(cast(Application, _framework), CALLS)
LIMITS = Limits(
    grace=settings.BODY_GRACE_SECONDS,
    rate=settings.BODY_BYTES_PER_SECOND,
    whole=settings.BODY_SECONDS,
    bodies=settings.BODIES,
    room=settings.BODIES_BYTES,
    largest_call=settings.DATA_UPLOAD_MAX_MEMORY_SIZE,
    largest_form=settings.LARGEST_FORM,
)


def outermost(inner: Application) -> Application:
    """What every request passes first: it is counted, and its body is read."""
    return Observed(Received(inner, LIMITS))


application = outermost(answering)
