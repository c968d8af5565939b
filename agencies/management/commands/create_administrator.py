"""Create the first platform administrator."""

import getpass
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import IntegrityError

from agencies.actions.accounts import first_administrator
from agencies.errors import Refused


class Command(BaseCommand):
    """Ask for a password and create a platform administrator."""

    help = "Create a platform administrator; the password is asked for."

    def add_arguments(self, parser: CommandParser) -> None:
        """Take the user name."""
        parser.add_argument("username")

    def handle(self, *args: Any, **options: Any) -> None:
        """Create the account, or say what is wrong."""
        password = getpass.getpass()
        try:
            first_administrator(username=options["username"], password=password)
        except Refused as refusal:
            raise CommandError(str(refusal)) from None
        except IntegrityError:
            raise CommandError("This user name is taken.") from None
        self.stdout.write("Created.")
