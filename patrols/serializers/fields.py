"""Fields that name other records, among those that the actor sees."""

from typing import Any
from uuid import UUID

from django.utils.translation import gettext_lazy as _
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from agencies.models import Agreement, Officer
from agencies.records import Owned

MAX_CODES = 50


class Text(serializers.CharField):
    """Text that must come as a string: a number is not quietly turned into one."""

    def to_internal_value(self, data: Any) -> str:
        """Refuse what is not a string."""
        if not isinstance(data, str):
            self.fail("invalid")
        value: str = super().to_internal_value(data)
        return value


@extend_schema_field({"type": "string", "format": "uuid"})
class Seen(serializers.Field[Any, Any, Any, Any]):
    """A record by its id; one that the actor does not see is as good as none."""

    default_error_messages = {"unknown": _("No such record.")}

    def __init__(self, model: type[Owned], **kwargs: Any) -> None:
        """Look among the visible rows of ``model``."""
        self.model = model
        super().__init__(**kwargs)

    def to_internal_value(self, data: Any) -> Owned:
        """Return the record."""
        try:
            wanted = UUID(data) if isinstance(data, str) else None
        except ValueError:
            wanted = None
        seen = self.model.objects.visible_to(self.context["actor"])
        found: Owned | None = seen.filter(pk=wanted).first() if wanted else None
        if found is None:
            self.fail("unknown")
        return found

    def to_representation(self, value: Owned) -> str:
        """Return the id."""
        return str(value.pk)


@extend_schema_field(str)
class SeenAgreement(serializers.Field[Any, Any, Any, Any]):
    """An agreement by its code, among those that the actor's agency belongs to."""

    default_error_messages = {"unknown": _("No such agreement.")}

    def to_internal_value(self, data: Any) -> Agreement:
        """Return the agreement."""
        seen = Agreement.objects.visible_to(self.context["actor"])
        is_code = isinstance(data, str) and "\0" not in data
        found = seen.filter(code=data).first() if is_code else None
        if found is None:
            self.fail("unknown")
        return found

    def to_representation(self, value: Agreement) -> str:
        """Return the code."""
        return value.code


@extend_schema_field(str)
class SeenOfficer(serializers.Field[Any, Any, Any, Any]):
    """An officer as ``officer:USERNAME``, among those that the actor knows."""

    default_error_messages = {"unknown": _("No such officer.")}

    def to_internal_value(self, data: Any) -> Officer:
        """Return the officer."""
        kind, _colon, name = str(data)[:100].replace("\0", "").partition(":")
        seen = Officer.objects.visible_to(self.context["actor"])
        found = seen.filter(username=name).first() if kind == "officer" else None
        if not isinstance(found, Officer):
            self.fail("unknown")
        return found

    def to_representation(self, value: Officer) -> str:
        """Return the code."""
        return f"officer:{value.username}"
