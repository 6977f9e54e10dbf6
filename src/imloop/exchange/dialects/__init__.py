"""Read messages of other station software: one declarative map per dialect, one engine that applies it."""

from imloop.exchange.dialects.maps import Dialect, MessageKind, every, named
from imloop.exchange.dialects.recognise import Reading, read
from imloop.exchange.dialects.writing import write

__all__ = ["Dialect", "MessageKind", "Reading", "every", "named", "read", "write"]
