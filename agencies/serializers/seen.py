"""Fields that name agreements and officers, among those that the actor knows."""

from typing import Any

from django.utils.translation import gettext_lazy as _
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from agencies.models import Agreement, Officer


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
