"""What an uploaded run may count for: when it can have been made, and what it moves."""
