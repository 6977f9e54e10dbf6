"""Proceedings about a station's standing: applying, withdrawing, suspension, strike-off, revocation."""
