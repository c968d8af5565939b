"""The application ``patrols``."""

from django.apps import AppConfig


class PatrolsConfig(AppConfig):
    """Wiring of ``patrols``."""

    name = "patrols"
    default_auto_field = "django.db.models.BigAutoField"
