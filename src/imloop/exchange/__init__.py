"""Messages from outside, in whatever dialect, into facts; and messages out to other systems."""
