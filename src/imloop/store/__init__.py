"""Keeps; decides nothing. Models, migrations, journal rows, outbox rows, trace blobs."""
