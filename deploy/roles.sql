-- Roles and databases, for psql as superuser; may be run again at any time.
--   karaul_owner   owns database and schema: migrations and nothing else
--   karaul_app     what every process connects as: owns nothing, cannot bypass row-level security
--   karaul_system  the platform's own work; karaul_app must say SET ROLE, for it does not inherit
\set ON_ERROR_STOP on
SET client_min_messages = warning;

SELECT format('CREATE ROLE %I', name)
FROM unnest(ARRAY['karaul_owner', 'karaul_app', 'karaul_system']) AS name
WHERE NOT EXISTS (SELECT FROM pg_roles WHERE rolname = name)
\gexec
ALTER ROLE karaul_owner LOGIN NOSUPERUSER NOBYPASSRLS CREATEDB NOCREATEROLE;
ALTER ROLE karaul_app LOGIN NOSUPERUSER NOBYPASSRLS NOCREATEDB NOCREATEROLE NOINHERIT;
ALTER ROLE karaul_system NOLOGIN NOSUPERUSER NOBYPASSRLS NOCREATEDB NOCREATEROLE;
GRANT karaul_system TO karaul_app;

-- The template holds what only a superuser may create; tests and the real database are copies of it.
SELECT 'CREATE DATABASE template_karaul IS_TEMPLATE true'
WHERE NOT EXISTS (SELECT FROM pg_database WHERE datname = 'template_karaul')
\gexec
\connect template_karaul
SET client_min_messages = warning;
CREATE EXTENSION IF NOT EXISTS postgis;
ALTER SCHEMA public OWNER TO karaul_owner;
GRANT USAGE ON SCHEMA public TO karaul_app, karaul_system;
GRANT SELECT ON spatial_ref_sys, geometry_columns, geography_columns
    TO karaul_owner, karaul_app, karaul_system;
-- Tables that migrations make later are readable and writable within their row policies.
ALTER DEFAULT PRIVILEGES FOR ROLE karaul_owner IN SCHEMA public
    GRANT SELECT, INSERT, UPDATE, DELETE ON TABLES TO karaul_app, karaul_system;
ALTER DEFAULT PRIVILEGES FOR ROLE karaul_owner IN SCHEMA public
    GRANT USAGE, SELECT ON SEQUENCES TO karaul_app, karaul_system;
\connect postgres

SELECT 'CREATE DATABASE karaul OWNER karaul_owner TEMPLATE template_karaul'
WHERE NOT EXISTS (SELECT FROM pg_database WHERE datname = 'karaul')
\gexec
