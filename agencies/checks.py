"""What several applications check alike in what they are given."""

from typing import TypeVar
from uuid import UUID

from django.db import models
from django.utils.translation import gettext_lazy as _

from agencies.errors import Invalid

Choice = TypeVar("Choice", bound=models.TextChoices)


def choice_of(choices: type[Choice], value: str, pointer: str) -> Choice:
    """Return the choice of this value, or refuse it."""
    try:
        return choices(value)
    except ValueError:
        raise Invalid("invalid_choice", _("Not a choice."), pointer=pointer) from None


def uuid_of(given: object) -> UUID | None:
    """Return an id as it was given, if it is one."""
    try:
        return UUID(given) if isinstance(given, str) else None
    except ValueError:
        return None
