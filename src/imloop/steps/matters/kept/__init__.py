"""What every step of a matter leaves behind."""
