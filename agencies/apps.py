"""The application ``agencies``, and the administration that it keeps."""

from django.apps import AppConfig
from django.contrib.admin import apps as administration


class AgenciesConfig(AppConfig):
    """Who takes part, on what legal basis, and who may see and do what."""

    name = "agencies"
    default = True
    default_auto_field = "django.db.models.BigAutoField"


class AdministrationConfig(administration.AdminConfig):
    """Django's administration, with our own door and rules."""

    default = False
    default_site = "agencies.administration.Site"
