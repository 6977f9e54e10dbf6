"""Settings, URLs and server entry points: where the parts are put together."""
