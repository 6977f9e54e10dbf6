"""Kill, cut, fill, stop and shift: what the platform has acknowledged must be there afterwards (``make torture``)."""
