"""imloop: the closed loop of vehicle-emission inspection and maintenance."""

__version__ = "0.1.0"
