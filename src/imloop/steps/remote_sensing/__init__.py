"""Readings of remote-sensing sites and smoke cameras: kept, reviewed by two people, told to the owner."""
