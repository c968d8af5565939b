"""What actions of several applications refuse alike."""

from typing import TypeVar

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
