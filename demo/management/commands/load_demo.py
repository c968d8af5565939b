"""Load the demonstration; do nothing when it is there."""

from __future__ import annotations

import time
from pathlib import Path
from typing import Any

from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandParser

from demo import access, casework, cast, loader, planning


class Command(BaseCommand):
    """``manage.py load_demo``."""

    help = "Load the demonstration, unless it is there, and write var/demo.json."

    def add_arguments(self, parser: CommandParser) -> None:
        """Let tests write elsewhere, and the demo migrate in the same process."""
        parser.add_argument("--file", type=Path, default=access.DEFAULT_FILE)
        parser.add_argument(
            "--migrate",
            action="store_true",
            help="Migrate first, for Django takes seconds to start.",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        """Load, put the journal in order, write down how to get in."""
        if options["migrate"]:
            call_command("migrate", database="owner", interactive=False)
        start = time.monotonic()
        if loader.is_loaded():
            access.write(options["file"])
            self.stdout.write("The demonstration is loaded already.")
            return
        loader.load(self.stdout.write)
        planning.load_roster()
        casework.load_sitrep()
        loader.sequence()
        access.write(options["file"])
        took = time.monotonic() - start
        self.stdout.write(
            f"Loaded in {took:.0f} s. All accounts: pass phrase"
            f" “{cast.PASS_PHRASE}”; names in {options['file']}"
        )
