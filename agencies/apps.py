"""The application ``agencies``, and the administration that it keeps."""

from django.apps import AppConfig, apps
from django.contrib.admin import apps as administration
from django.utils.translation import gettext_lazy as _


class AgenciesConfig(AppConfig):
    """Who takes part, on what legal basis, and who may see and do what."""

    name = "agencies"
    default = True
    default_auto_field = "django.db.models.BigAutoField"
    verbose_name = _("Agencies and accounts")

    def ready(self) -> None:
        """Give django-axes, which counts failed log-ins, a name that says so."""
        apps.get_app_config("axes").verbose_name = _("Log-in attempts")


class AdministrationConfig(administration.AdminConfig):
    """Django's administration, with our own door and rules."""

    default = False
    default_site = "agencies.administration.Site"
