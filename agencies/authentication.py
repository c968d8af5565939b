"""Django's and OAuth2's own hooks into accounts."""

import uuid
from typing import Any

from django.contrib.auth.backends import ModelBackend
from django.http import HttpRequest
from oauth2_provider.scopes import SettingsScopes
from oauth2_provider.settings import oauth2_settings

from agencies.context import system
from agencies.models import Client, Officer


class OfficerBackend(ModelBackend):
    """Log an officer in by user name and password.

    Accounts are guarded like everything else, so they are read in the system
    context: nobody has keys before being known.
    """

    def authenticate(
        self,
        request: HttpRequest | None,
        username: str | None = None,
        password: str | None = None,
        **kwargs: Any,
    ) -> Officer | None:
        """Return the officer, or nobody after the same work."""
        with system("authentication"):
            user: object = super().authenticate(
                request, username=username, password=password, **kwargs
            )
            return user if isinstance(user, Officer) else None

    def get_user(self, user_id: uuid.UUID | str) -> Officer | None:
        """Return the session's officer with their agency."""
        with system("authentication"):
            known = Officer.objects.select_related("agency")
            officer: Officer | None = known.filter(pk=user_id, is_active=True).first()
            return officer


class ClientScopes(SettingsScopes):
    """A client may ask for the scopes it was given, and gets them by default."""

    def get_available_scopes(
        self, application: Client | None = None, *args: Any, **kwargs: Any
    ) -> list[str]:
        """Return the client's own scopes."""
        if application is None:
            return list(oauth2_settings.SCOPES)
        return list(application.allowed_scopes)

    def get_default_scopes(
        self, application: Client | None = None, *args: Any, **kwargs: Any
    ) -> list[str]:
        """Return all of the client's scopes when it names none."""
        return self.get_available_scopes(application, *args, **kwargs)
