"""What is left behind and sent on: journal, outbox and deliveries, the last round of the background work."""
