#!/usr/bin/env bash
# Runs once, when the database container makes its data: roles, databases and the roles' passwords.
set -euo pipefail
psql -qX --username "${POSTGRES_USER:-postgres}" --dbname postgres --file /karaul/roles.sql
psql -qX --username "${POSTGRES_USER:-postgres}" --dbname postgres --set ON_ERROR_STOP=1 \
    --set owner="$(cat /run/secrets/owner_password)" --set app="$(cat /run/secrets/app_password)" <<'SQL'
ALTER ROLE karaul_owner PASSWORD :'owner';
ALTER ROLE karaul_app PASSWORD :'app';
SQL
