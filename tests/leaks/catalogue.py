"""The database's own catalogue, read for whatever would see past the policies.

``scan`` returns one line for each fault. What is allowed stands in a list here, with
its reason; an entry that is no longer needed is a fault too.
"""

from collections.abc import Iterator
from typing import Any

from django.db import connection

from agencies.records import Guarded, guarded_models

# Tables that row-level security does not guard, and why.
UNGUARDED = {
    "agencies_agency": "the directory is known to all who take part",
    "agencies_state": "reference data",
    "agencies_client": "read before anybody is known; names and hashes only",
    "agencies_rightsversion": "one random number, of no meaning",
    "auth_group": "Django's, unused",
    "auth_group_permissions": "Django's, unused",
    "auth_permission": "Django's, unused",
    "axes_accessattempt": "failed log-ins, read before anybody is known",
    "axes_accessattemptexpiration": "of axes, unused",
    "axes_accessfailurelog": "of axes, unused",
    "axes_accesslog": "of axes, unused",
    "django_admin_log": "Django's, unused: the journal tells it",
    "django_content_type": "Django's, names of tables",
    "django_migrations": "Django's",
    "django_session": "random keys; read before anybody is known",
    "incidents_incidenttype": "reference data, the same for every agency",
    "incidents_incidenttypeversion": "reference data, as it was before",
    "incidents_escalationprogress": "one position",
    "live_dispatch": "one position",
    "oauth2_provider_accesstoken": "read before anybody is known",
    "oauth2_provider_devicegrant": "of the OAuth2 library, unused",
    "oauth2_provider_grant": "of the OAuth2 library, unused",
    "oauth2_provider_idtoken": "of the OAuth2 library, unused",
    "oauth2_provider_refreshtoken": "of the OAuth2 library, unused",
    "patrols_booking": "nobody has any right to it; triggers alone write it",
    "patrols_bordermarker": "reference data",
    "patrols_bordersection": "reference data",
    "spatial_ref_sys": "PostGIS's",
}
# Functions with their owner's rights, and why.
DEFINERS = {
    "patrols_book_commander": "a trigger; writes to CLOSED alone, and returns nothing",
    "patrols_book_crew": "a trigger; writes to CLOSED alone, and returns nothing",
}
# The table that those write, and nobody reads.
CLOSED = "patrols_booking"
# What each guarded table has, by policy: for whom, for what, under which condition.
POLICIES = {
    "visible": ("{karaul_app}", "SELECT", "audience", None),
    "change": ("{karaul_app}", "UPDATE", "audience", None),
    "add": ("{karaul_app}", "INSERT", None, "held"),
    "system": ("{karaul_system}", "ALL", "true", "true"),
}
_HELD = "NULLIF(current_setting('app.keys'::text, true), ''::text)"
CONDITIONS = {
    None: None,
    "true": "true",
    "held": f"({_HELD} IS NOT NULL)",
    "audience": (
        f"((audience && ({_HELD})::text[]) AND ((expiring IS NULL) OR"
        f" karaul_unexpired(audience, expiring, ({_HELD})::text[])))"
    ),
}
ROLES = ("karaul_app", "karaul_system")
_OURS = "NOT IN ('pg_catalog', 'information_schema', 'pg_toast')"
_OF_AN_EXTENSION = "SELECT FROM pg_depend WHERE objid = {} AND deptype = 'e'"


def scan() -> list[str]:
    """Return every fault of the catalogue."""
    return [
        *unguarded_tables(),
        *policies(),
        *rights(),
        *views_and_functions(),
        *roles(),
    ]


def rows(statement: str, *values: Any) -> list[Any]:
    """Return what a statement finds, read by the application's own role."""
    with connection.cursor() as cursor:
        cursor.execute(statement, values)
        return list(cursor.fetchall())


def tables() -> dict[str, type[Guarded]]:
    """Return the guarded models by their tables."""
    return {model._meta.db_table: model for model in guarded_models()}


def unguarded_tables() -> Iterator[str]:
    """Tables without forced row-level security that are not on the list."""
    found = {
        name
        for (name,) in rows(
            "SELECT relname FROM pg_class c JOIN pg_namespace n ON n.oid = relnamespace"
            f" WHERE relkind IN ('r', 'p', 'f') AND nspname {_OURS}"
            " AND nspname NOT LIKE 'pg_temp%%'"
            " AND NOT (relrowsecurity AND relforcerowsecurity)"
        )
    }
    for name in sorted(found & set(tables())):
        yield f"{name}: row-level security is not enabled and forced"
    for name in sorted(found - set(UNGUARDED) - set(tables())):
        yield f"{name}: guard it, or say why not in UNGUARDED"
    for name in sorted(set(UNGUARDED) - found):
        yield f"{name}: is guarded or gone; take it from UNGUARDED"


def policies() -> Iterator[str]:
    """Policies of guarded tables that are not the four, word for word."""
    found: dict[str, dict[str, Any]] = {name: {} for name in tables()}
    for table, name, *rest in rows(
        "SELECT tablename, policyname, permissive, roles::text, cmd,"
        " regexp_replace(qual, '\\s+', ' ', 'g'),"
        " regexp_replace(with_check, '\\s+', ' ', 'g') FROM pg_policies"
    ):
        found.setdefault(table, {})[name] = tuple(rest)
    wanted = {
        name: ("PERMISSIVE", role, command, CONDITIONS[using], CONDITIONS[check])
        for name, (role, command, using, check) in POLICIES.items()
    }
    for table, given in sorted(found.items()):
        for name in sorted(set(given) | set(wanted)):
            if given.get(name) != wanted.get(name):
                yield f"{table}: policy {name} is {given.get(name)}"


def rights() -> Iterator[str]:
    """Rights on guarded tables beyond what a model's declaration gives."""
    yield from _unexpected(CLOSED, set())
    for table, model in sorted(tables().items()):
        allowed = {
            ("karaul_app", "SELECT"),
            ("karaul_app", "INSERT"),
            ("karaul_system", "SELECT"),
            ("karaul_system", "INSERT"),
            ("karaul_system", "UPDATE"),
        }
        if not model.guard_append_only:
            allowed.add(("karaul_app", "UPDATE"))
        if model.guard_disposable:
            allowed.add(("karaul_system", "DELETE"))
        yield from _unexpected(table, allowed)


def _unexpected(table: str, allowed: set[tuple[str, str]]) -> Iterator[str]:
    for role in (*ROLES, "public"):
        for right in ("SELECT", "INSERT", "UPDATE", "DELETE", "TRUNCATE",
                      "REFERENCES", "TRIGGER"):  # fmt: skip
            if _may(role, table, right) != ((role, right) in allowed):
                yield f"{table}: {right} by {role}"


def _may(role: str, table: str, right: str) -> bool:
    """Whether a role has a right on a table, or on any column of it."""
    is_by_column = right in ("SELECT", "INSERT", "UPDATE", "REFERENCES")
    of = "any_column" if is_by_column else "table"
    [(may,)] = rows(f"SELECT has_{of}_privilege(%s, %s, %s)", role, table, right)
    return bool(may)


def views_and_functions() -> Iterator[str]:
    """Views, materialised views and functions that act with their owner's rights."""
    for name, kind, options in rows(
        "SELECT relname, relkind, coalesce(reloptions, '{}') FROM pg_class c"
        " JOIN pg_namespace n ON n.oid = relnamespace"
        f" WHERE relkind IN ('v', 'm') AND nspname {_OURS}"
        f" AND NOT EXISTS ({_OF_AN_EXTENSION.format('c.oid')})"
    ):
        if kind == "m":
            yield f"{name}: a materialised view knows no policies"
        elif not {"security_invoker=true", "security_invoker=on"} & set(options):
            yield f"{name}: a view reads with its owner's rights (security_invoker)"
    definers = {
        name
        for (name,) in rows(
            "SELECT proname FROM pg_proc p JOIN pg_namespace n ON n.oid = pronamespace"
            f" WHERE prosecdef AND nspname {_OURS}"
            f" AND NOT EXISTS ({_OF_AN_EXTENSION.format('p.oid')})"
        )
    }
    for name in sorted(definers ^ set(DEFINERS)):
        yield f"{name}: a function with its owner's rights, or a stale line in DEFINERS"
    for (name,) in rows("SELECT pubname FROM pg_publication"):
        yield f"{name}: a publication knows no policies"


def roles() -> Iterator[str]:
    """What would let the application step around the policies."""
    if rows("SELECT session_user::text, current_user::text") != [ROLES[:1] * 2]:
        yield "the application is connected as another role"
    for name, *powers in rows(
        "SELECT rolname, rolsuper, rolbypassrls, rolcreatedb, rolcreaterole,"
        " rolreplication, rolinherit AND rolname = 'karaul_app',"
        " rolcanlogin AND rolname = 'karaul_system'"
        " FROM pg_roles WHERE rolname = ANY (%s)",
        list(ROLES),
    ):
        if any(powers):
            yield f"{name}: has powers of its own: {powers}"
    for role in ROLES:
        owned = rows(
            "SELECT relname FROM pg_class WHERE relowner = %s::regrole UNION ALL"
            " SELECT proname FROM pg_proc WHERE proowner = %s::regrole UNION ALL"
            " SELECT nspname FROM pg_namespace WHERE nspowner = %s::regrole",
            role, role, role,
        )  # fmt: skip
        yield from (f"{name}: is owned by {role}" for (name,) in owned)
        [(creates,)] = rows("SELECT has_schema_privilege(%s, 'public', 'CREATE')", role)
        if creates:
            yield f"{role}: may create things in the schema"
        for (other,) in rows(
            "SELECT rolname FROM pg_roles WHERE pg_has_role(%s, oid, 'MEMBER')"
            " AND rolname <> %s",
            role, role,
        ):  # fmt: skip
            if (role, other) != ROLES:
                yield f"{role}: is a member of {other}"
