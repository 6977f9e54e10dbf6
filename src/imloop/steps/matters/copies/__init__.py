"""Copies to other departments: of a matter, a test, a repair, a way back, a finding; frozen, received, answered."""
