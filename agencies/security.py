"""Row-level security and table rights, applied to every guarded table.

Run by ``manage.py migrate`` after the migrations, so that a new model cannot be
forgotten. Idempotent: a table whose policies are already right is left alone.
"""

import hashlib

from django.conf import settings
from django.db import connections

from agencies import policy
from agencies.records import Guarded, guarded_models


def statements(model: type[Guarded], app_role: str) -> list[str]:
    """Return the SQL that guards one model's table."""
    system_role = settings.DATABASE_SYSTEM_ROLE
    table = f'"{model._meta.db_table}"'
    rights = "SELECT, INSERT" if model.guard_append_only else "SELECT, INSERT, UPDATE"
    delete = ", DELETE" if model.guard_disposable else ""
    return [
        *(
            f"DROP POLICY IF EXISTS {name} ON {table}"
            for name in ("visible", "change", "add", "system")
        ),
        *policy.row_security(table, app_role, system_role),
        # Nothing reported is ever lost: neither role may delete it or truncate.
        f"REVOKE ALL ON {table} FROM {app_role}, {system_role}",
        f"GRANT {rights} ON {table} TO {app_role}",
        f"GRANT SELECT, INSERT, UPDATE{delete} ON {table} TO {system_role}",
    ]


def apply(using: str) -> list[str]:
    """Guard all tables of the database ``using``; return those that changed."""
    app_role = str(connections["default"].settings_dict["USER"])
    changed = []
    with connections[using].cursor() as cursor:
        cursor.execute(policy.FUNCTION_SQL)
        for model in guarded_models():
            table = model._meta.db_table
            wanted = statements(model, app_role)
            mark = hashlib.sha256("\n".join(wanted).encode()).hexdigest()
            cursor.execute("SELECT obj_description(%s::regclass)", [table])
            row = cursor.fetchone()
            if row and row[0] == mark:
                continue
            for statement in wanted:
                cursor.execute(statement)
            cursor.execute(f"COMMENT ON TABLE \"{table}\" IS '{mark}'")
            changed.append(table)
    return changed
