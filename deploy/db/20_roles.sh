#!/bin/bash
# Run once by the PostGIS image, when the database is made: two logins and the role of the application (see
# docs/en/administrator.md). The owner makes tables; the service may not change what stands in the ledger.
set -euo pipefail
psql -v ON_ERROR_STOP=1 -U "$POSTGRES_USER" -d "$POSTGRES_DB" \
  -v owner="$MINSHENG_OWNER_PASSWORD" -v web="$MINSHENG_WEB_PASSWORD" <<'SQL'
CREATE ROLE minsheng_app NOLOGIN;
CREATE ROLE minsheng_owner LOGIN PASSWORD :'owner';
CREATE ROLE minsheng_web LOGIN PASSWORD :'web';
GRANT minsheng_app TO minsheng_owner, minsheng_web;
CREATE EXTENSION IF NOT EXISTS postgis;
CREATE SCHEMA minsheng AUTHORIZATION minsheng_owner;
SQL
