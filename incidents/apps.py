"""The application ``incidents``."""

from django.apps import AppConfig


class IncidentsConfig(AppConfig):
    """Wiring of ``incidents``."""

    name = "incidents"
    default_auto_field = "django.db.models.BigAutoField"
