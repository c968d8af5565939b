"""Migrate, then guard every table."""

from typing import Any

from django.core.management.commands import migrate
from django.db import transaction

from agencies import security


class Command(migrate.Command):
    """Django's ``migrate``, followed by row-level security and table rights."""

    def handle(self, *args: Any, **options: Any) -> str | None:
        """Run both; the second does nothing when the policies are right."""
        result = super().handle(*args, **options)
        if not options.get("plan") and not options.get("check_unapplied"):
            using = options["database"]
            with transaction.atomic(using=using):
                for table in security.apply(using):
                    self.stdout.write(f"  Guarded {table}")
        return result
