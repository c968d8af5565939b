"""What the forms of places, programmes and patrols share."""

import json
from datetime import datetime
from typing import Any

from django import forms
from django.contrib.gis.geos import GEOSGeometry
from django.core.exceptions import ValidationError
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _
from rest_framework import serializers

from agencies.forms import RefusableForm
from agencies.models import Agency, Agreement, Officer
from agencies.policy import TLP, Actor
from agencies.records import ReleaseScope
from agencies.serializers import GeometryField


class MomentField(forms.DateTimeField):
    """A time by the clock of the officer's agency."""

    def __init__(self, **kwargs: Any) -> None:
        """Use the browser's own picker."""
        picker = forms.DateTimeInput(
            attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M"
        )
        super().__init__(widget=picker, **kwargs)


class DayField(forms.DateField):
    """A day."""

    def __init__(self, **kwargs: Any) -> None:
        """Use the browser's own picker."""
        picker = forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
        super().__init__(widget=picker, **kwargs)


class GeoJSONField(forms.CharField):
    """A GeoJSON geometry, alone or as the only feature of a file."""

    def __init__(self, *types: str, **kwargs: Any) -> None:
        """Take geometries of the given types."""
        self.geometry = GeometryField(*types)
        area = forms.Textarea(attrs={"rows": 8, "spellcheck": "false", "class": "ref"})
        super().__init__(max_length=1_000_000, widget=area, **kwargs)

    def prepare_value(self, value: Any) -> Any:
        """Show a geometry as GeoJSON."""
        return value.json if isinstance(value, GEOSGeometry) else value

    def has_changed(self, initial: Any, data: Any) -> bool:
        """Compare what was shown with what came back."""
        shown = self.prepare_value(initial) or ""
        return bool(str(shown).strip() != str(data or "").strip())

    def clean(self, value: Any) -> Any:
        """Return the geometry, or say what is wrong with it."""
        text = super().clean(value)
        try:
            given = json.loads(text)
        except ValueError:
            raise ValidationError(_("This is not GeoJSON."), code="not_json") from None
        try:
            return self.geometry.to_internal_value(_bare(given))
        except serializers.ValidationError as error:
            details: Any = error.detail
            raise ValidationError([str(text) for text in details]) from None


def _bare(given: Any) -> Any:
    """Take a geometry out of a feature, or out of a collection of one."""
    if isinstance(given, dict) and given.get("type") == "FeatureCollection":
        features = given.get("features")
        given = features[0] if isinstance(features, list) and len(features) == 1 else {}
    if isinstance(given, dict) and given.get("type") == "Feature":
        return given.get("geometry")
    return given


class MarkedForm(RefusableForm):
    """A form of a record with a marking."""

    tlp = forms.ChoiceField(
        label="TLP",
        choices=TLP.choices,
        initial=TLP.AMBER,
        help_text=_(
            "It caps releases. RED: named officers only; AMBER+STRICT: named"
            " agencies, no agreements."
        ),
    )
    level = forms.TypedChoiceField(
        label=_("level"),
        coerce=int,
        initial=0,
        help_text=_("The clearance that a reader needs."),
    )

    # What was shown, so that nobody overwrites what somebody else wrote since.
    version = forms.IntegerField(widget=forms.HiddenInput, required=False)

    def __init__(self, *args: Any, actor: Actor, is_new: bool, **kwargs: Any) -> None:
        """Offer the levels up to the officer's own."""
        super().__init__(*args, **kwargs)
        self.actor = actor
        if is_new:
            del self.fields["version"]
        choose(self, "level", [(n, str(n)) for n in range(actor.clearance + 1)])

    @property
    def changed(self) -> dict[str, Any]:
        """The columns that the officer changed."""
        names = [name for name in self.changed_data if name != "version"]
        return {name: self.cleaned_data[name] for name in names}


class ReleaseForm(RefusableForm):
    """To whom, until when, why."""

    grantee = forms.ChoiceField(label=_("grantee"))
    scope = forms.ChoiceField(label=_("how much"), choices=ReleaseScope.choices)
    expires_at = MomentField(label=_("until"), required=False)
    reason = forms.CharField(label=_("reason"), max_length=300, required=False)

    def __init__(
        self, *args: Any, actor: Actor, has_tear_line: bool, **kwargs: Any
    ) -> None:
        """Offer whom the actor may name."""
        super().__init__(*args, **kwargs)
        choose(self, "grantee", grantee_choices(actor))
        self.fields["expires_at"].help_text = actor.time_zone
        if not has_tear_line:
            choose(self, "scope", ReleaseScope.choices[:1])


def grantee_choices(actor: Actor) -> list[Any]:
    """Return all whom the actor may name as a grantee, in groups."""
    agencies = Agency.objects.exclude(code=actor.agency)
    agreements = Agreement.objects.visible_to(actor).filter(
        code__in=[membership.agreement for membership in actor.memberships]
    )
    officers = Officer.objects.visible_to(actor).filter(is_active=True)
    others = officers.exclude(pk=actor.officer_id).select_related("agency")
    return [
        (_("Agencies"), [(f"agency:{row.code}", str(row)) for row in agencies]),
        (_("Agreements"), [(f"agreement:{row.code}", str(row)) for row in agreements]),
        (_("Officers"), [(f"officer:{row.username}", str(row)) for row in others]),
    ]


def choose(form: forms.Form, name: str, choices: Any) -> None:
    """Set the choices of a form's field."""
    field = form.fields[name]
    if isinstance(field, forms.ChoiceField):
        field.choices = choices


def offer(form: forms.Form, name: str, rows: QuerySet[Any]) -> None:
    """Set the rows of a form's field."""
    field = form.fields[name]
    if isinstance(field, forms.ModelChoiceField):
        field.queryset = rows


def minute(moment: datetime | None) -> datetime | None:
    """Return a moment without what a picker cannot show."""
    return moment and moment.replace(second=0, microsecond=0)
