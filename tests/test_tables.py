"""The database's own guard: who owns what, and which table has no policy, and why."""

from typing import Any

import pytest
from django.db import connection, connections

from agencies.records import guarded_models

# Tables that row-level security does not guard, and why.
UNGUARDED = {
    "agencies_agency": "the directory is known to all who take part",
    "agencies_state": "reference data",
    "agencies_client": "read before anybody is known; names and hashes only",
    "agencies_rightsversion": "one number, of no meaning",
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
    "live_dispatch": "one position",
    "oauth2_provider_accesstoken": "read before anybody is known",
    "oauth2_provider_devicegrant": "of the OAuth2 library, unused",
    "oauth2_provider_grant": "of the OAuth2 library, unused",
    "oauth2_provider_idtoken": "of the OAuth2 library, unused",
    "oauth2_provider_refreshtoken": "of the OAuth2 library, unused",
    "patrols_bordersection": "reference data",
    "spatial_ref_sys": "PostGIS's",
}
GUARDED = sorted(model._meta.db_table for model in guarded_models())


def rows(statement: str, *values: object) -> list[tuple[object, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(statement, values)
        return list(cursor.fetchall())


def test_every_other_table_is_on_the_list(db: None) -> None:
    found = {
        name
        for (name,) in rows(
            "SELECT relname FROM pg_class WHERE relkind IN ('r', 'p')"
            " AND relnamespace = 'public'::regnamespace"
            " AND NOT (relrowsecurity AND relforcerowsecurity)"
        )
    }
    assert found - set(UNGUARDED) == set(), "guard it, or say why not"
    assert not found & set(GUARDED)


@pytest.mark.parametrize("model", guarded_models(), ids=lambda m: m._meta.label)
def test_every_guarded_table_is(db: None, model: Any) -> None:
    table = model._meta.db_table
    [found] = rows(
        "SELECT relrowsecurity, relforcerowsecurity, relowner::regrole::text"
        " FROM pg_class WHERE oid = %s::regclass",
        table,
    )
    assert found == (True, True, "karaul_owner")
    policies = {
        name: (roles, command)
        for name, roles, command in rows(
            "SELECT policyname, roles::text, cmd FROM pg_policies WHERE tablename = %s",
            table,
        )
    }
    assert policies == {
        "visible": ("{karaul_app}", "SELECT"),
        "change": ("{karaul_app}", "UPDATE"),
        "add": ("{karaul_app}", "INSERT"),
        "system": ("{karaul_system}", "ALL"),
    }
    for role in ("karaul_app", "karaul_system", "public"):
        for right in ("DELETE", "TRUNCATE", "REFERENCES", "TRIGGER"):
            [(may,)] = rows(
                "SELECT has_table_privilege(%s, %s, %s)", role, table, right
            )
            is_cleaner = (role, right) == ("karaul_system", "DELETE")
            assert may == (is_cleaner and model.guard_disposable), (role, right)


def test_only_kept_answers_are_cleaned_away() -> None:
    disposable = [m._meta.label for m in guarded_models() if m.guard_disposable]
    assert disposable == ["agencies.IdempotencyKey"]


@pytest.mark.parametrize("model", guarded_models(), ids=lambda m: m._meta.label)
def test_what_is_only_added_to_is_not_changed(db: None, model: Any) -> None:
    table = model._meta.db_table
    [(may,)] = rows("SELECT has_table_privilege('karaul_app', %s, 'UPDATE')", table)
    assert may != model.guard_append_only


def test_the_application_cannot_step_around(db: None) -> None:
    assert rows("SELECT session_user::text, current_user::text") == [
        ("karaul_app", "karaul_app")
    ]
    for role in ("karaul_app", "karaul_system"):
        [found] = rows(
            "SELECT rolsuper, rolbypassrls, rolcreatedb, rolcreaterole, rolinherit"
            " FROM pg_roles WHERE rolname = %s",
            role,
        )
        assert not any(found[:4])
    assert not rows(
        "SELECT 1 FROM pg_class WHERE relowner::regrole::text <> 'postgres'"
        " AND relowner::regrole::text LIKE 'karaul_app%%'"
    )
    [(inherits,)] = rows("SELECT rolinherit FROM pg_roles WHERE rolname = 'karaul_app'")
    assert not inherits, "the system's rights take a SET ROLE"
    [(may,)] = rows("SELECT pg_has_role('karaul_app', 'karaul_owner', 'MEMBER')")
    assert not may
    [(creates,)] = rows("SELECT has_schema_privilege('public', 'CREATE')")
    assert not creates


def test_nothing_in_the_database_sees_past_the_policies(db: None) -> None:
    """No view or materialised view of ours, no function with its owner's rights."""
    views = rows(
        "SELECT relname FROM pg_class WHERE relkind IN ('v', 'm')"
        " AND relnamespace = 'public'::regnamespace"
        " AND relname NOT IN ('geometry_columns', 'geography_columns',"
        " 'raster_columns', 'raster_overviews')"
    )
    assert not views
    definers = rows(
        "SELECT proname FROM pg_proc p WHERE prosecdef"
        " AND pronamespace = 'public'::regnamespace"
        " AND NOT EXISTS (SELECT FROM pg_depend d WHERE d.objid = p.oid"
        " AND d.deptype = 'e')"
    )
    assert not definers


def test_without_keys_every_guarded_table_is_empty(world: object) -> None:
    for model in guarded_models():
        assert not model._base_manager.exists(), model


def test_the_owner_is_another_role() -> None:
    owner = connections["owner"].settings_dict["USER"]
    assert owner != connections["default"].settings_dict["USER"]
