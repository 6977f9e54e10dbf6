#!/bin/bash
# Run once by the image of PostgreSQL when its data directory is new: the role the application connects as.
set -eu
psql -v ON_ERROR_STOP=1 -U "$POSTGRES_USER" -d "$POSTGRES_DB" -v password="$(cat /run/secrets/app-password)" <<'SQL'
CREATE ROLE imloop_app LOGIN PASSWORD :'password';
SQL
