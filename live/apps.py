"""The application ``live``."""

from django.apps import AppConfig


class LiveConfig(AppConfig):
    """The journal of events, its sequencer, the feed and the one consumer."""

    name = "live"
    default_auto_field = "django.db.models.BigAutoField"
