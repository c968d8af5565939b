"""Types of incident in the administration: names and forms are written as JSON."""

import json
from typing import Any, ClassVar

from django import forms
from django.utils.translation import gettext_lazy as _

from agencies.admin_forms import ActionForm
from incidents.actions import types
from incidents.models import IncidentType
from incidents.schemas import ORDER, fields_of


class Indented(json.JSONEncoder):
    """JSON as people read and write it."""

    def __init__(self, **options: Any) -> None:
        """Set in lines."""
        super().__init__(**options | {"indent": 2})


class InOrder(forms.JSONField):
    """JSON in which the order of an object's keys says something."""

    def has_changed(self, initial: Any, data: Any) -> bool:
        """Compare what was shown with what came back, key by key."""
        if super().has_changed(initial, data):
            return True
        return json.dumps(initial) != json.dumps(self.to_python(data))


class TypeForm(ActionForm):
    """A type of incident."""

    names = forms.JSONField(
        label=_("names"),
        encoder=Indented,
        widget=forms.Textarea(attrs={"rows": 9, "cols": 80}),
        help_text=_(
            'By language: {"en": "…", "ru": "…"}; also kk, ky, tg, uz, tk.'
            " English is needed."
        ),
    )
    schema = InOrder(
        label=_("form"),
        encoder=Indented,
        widget=forms.Textarea(attrs={"rows": 40, "cols": 80}),
        help_text=_(
            "JSON Schema; docs/incident-types.md shows what it may say. The fields"
            " are shown in this order. What was filled in before keeps its form."
        ),
    )

    class Meta:
        """Everything."""

        model = IncidentType
        fields: ClassVar[list[str]] = [
            "code", "category", "names", "schema", "needs_confirmation", "is_active",
        ]  # fmt: skip

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        """Show the fields of the form in their order, which is not written twice."""
        super().__init__(*args, **kwargs)
        if schema := self.initial.get("schema"):
            plain = {name: part for name, part in schema.items() if name != ORDER}
            self.initial["schema"] = plain | {"properties": fields_of(schema)}

    def act(self, values: dict[str, Any]) -> IncidentType:
        """Register or change it."""
        if self.instance._state.adding:
            return types.register_type(by=self.by, **values)
        found = IncidentType.objects.get(pk=self.instance.pk)
        return types.change_type(incident_type=found, by=self.by, **values)
