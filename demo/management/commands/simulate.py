"""The ``simulator`` process."""

from __future__ import annotations

import logging
import signal
import threading
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from demo import access
from demo.simulator import Simulator


class Command(BaseCommand):
    """``manage.py simulate``."""

    help = "Play the agencies' systems over the public API, until stopped."
    # It uses the API and nothing else: no look at the database, not even a check.
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: CommandParser) -> None:
        """Let tests hurry."""
        parser.add_argument("--file", type=Path, default=access.DEFAULT_FILE)
        parser.add_argument(
            "--speed", type=float, default=1.0, help="how many times faster than life"
        )
        parser.add_argument("--seconds", type=float, help="stop after so long")
        parser.add_argument("--once", action="store_true", help="one round of all")
        parser.add_argument("--seed", type=int, help="draw the same again")

    def handle(self, *args: Any, **options: Any) -> None:
        """Run until SIGTERM or SIGINT."""
        # Its line for each request would drown what happens.
        logging.getLogger("httpx").setLevel(logging.WARNING)
        stop = threading.Event()
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, lambda *_: stop.set())
        simulator = Simulator(
            options["file"],
            speed=max(0.1, options["speed"]),
            stop=stop,
            seed=options["seed"],
        )
        simulator.run(seconds=options["seconds"], is_once=options["once"])
