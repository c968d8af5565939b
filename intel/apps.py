"""The application ``intel``."""

from django.apps import AppConfig


class IntelConfig(AppConfig):
    """Wiring of ``intel``."""

    name = "intel"
    default_auto_field = "django.db.models.BigAutoField"
