"""The application ``demo``: sample data and the simulator, in demo mode only."""

from django.apps import AppConfig


class DemoConfig(AppConfig):
    """Wiring of ``demo``."""

    name = "demo"
