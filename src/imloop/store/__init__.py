"""The database: models, migrations, journal rows, outbox rows, trace blobs."""
