"""What happened: frozen values and identifiers. Pure: no I/O, no clock, no framework."""
