"""The application ``agencies``."""

from django.apps import AppConfig


class AgenciesConfig(AppConfig):
    """Who takes part, on what legal basis, and who may see and do what."""

    name = "agencies"
    default_auto_field = "django.db.models.BigAutoField"
