"""Settings, urls, wsgi: where the parts are put together."""
