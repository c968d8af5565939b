"""Forms of absences, papers and assets; files are read through them, too."""

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from agencies.forms import (
    DayField,
    MomentField,
    NamedForm,
    ReasonField,
    any_agency,
    choose,
    offer,
)
from agencies.forms.records import MarkedForm, VersionedForm
from agencies.interoperability import bands_of, parse, written
from agencies.models import (
    AbsenceKind,
    Agreement,
    AssetKind,
    AssetStatus,
    Post,
    Qualification,
    State,
)
from agencies.policy import Actor


class AbsenceForm(VersionedForm):
    """A time in which an officer is away."""

    kind = forms.ChoiceField(label=_("kind"), choices=AbsenceKind.choices)
    starts_at = MomentField(label=_("from"))
    ends_at = MomentField(label=_("until"))
    note = forms.CharField(label=_("note"), max_length=200, required=False)


class PaperForm(VersionedForm):
    """A paper, until and including its last day."""

    valid_from = DayField(label=_("valid from"), required=False)
    expires_on = DayField(
        label=_("expires on"),
        required=False,
        help_text=_("Its last day. Empty: for good."),
    )
    authority = forms.CharField(label=_("issued by"), max_length=120, required=False)


class CertificationForm(PaperForm):
    """What an officer is certified for."""

    name = forms.CharField(
        label=_("certification"),
        max_length=80,
        widget=forms.TextInput(attrs={"list": "suggested", "autocomplete": "off"}),
        help_text=_(
            "Whoever holds a valid “commander” may command patrols. Others by the"
            " name that your agency uses."
        ),
    )
    field_order = ["name"]
    # What the page suggests; any other may be written.
    suggested = [one.label for one in Qualification]


class AuthorisationForm(PaperForm):
    """Leave to enter a territory, by an agreement or an authority."""

    territory = forms.ModelChoiceField(State.objects.all(), label=_("territory"))
    valid_from = DayField(label=_("valid from"))
    agreement = forms.ModelChoiceField(
        Agreement._default_manager.none(),
        label=_("agreement"),
        required=False,
        to_field_name="code",
        empty_label=_("none"),
        help_text=_("On which it rests; or name below who issued it."),
    )
    field_order = ["territory", "valid_from", "expires_on", "agreement", "authority"]

    def __init__(self, *args: Any, actor: Actor, is_new: bool, **kwargs: Any) -> None:
        """Offer the agreements that the officer knows; the territory never changes."""
        super().__init__(*args, actor=actor, is_new=is_new, **kwargs)
        offer(self, "agreement", Agreement.objects.visible_to(actor))
        if not is_new:
            del self.fields["territory"]


class BandsField(forms.CharField):
    """A radio's bands, as people write them: ``136-174 FM, 380-400 TETRA``."""

    def prepare_value(self, value: Any) -> Any:
        """Write what is stored."""
        return written(bands_of(value)) if isinstance(value, list) else value

    def to_python(self, value: Any) -> Any:
        """Read it."""
        try:
            return [band.as_json() for band in parse(super().to_python(value) or "")]
        except ValueError as error:
            text = _("Not a band: %(part)s. Write such as 136-174 FM, 380-400 TETRA.")
            raise ValidationError(
                text, code="bad_bands", params={"part": str(error)[:40]}
            ) from None

    def has_changed(self, initial: Any, data: Any) -> bool:
        """Compare what was shown with what came back."""
        return bool(written(bands_of(initial or [])) != (data or "").strip())


class AssetForm(MarkedForm):
    """Something that an agency brings along."""

    code = forms.CharField(label=_("code or call sign"), max_length=24)
    name = forms.CharField(label=_("name"), max_length=120)
    kind = forms.ChoiceField(label=_("kind"), choices=AssetKind.choices)
    status = forms.ChoiceField(
        label=_("status"),
        choices=AssetStatus.choices,
        initial=AssetStatus.SERVICEABLE,
    )
    plate = forms.CharField(label=_("plate"), max_length=24, required=False)
    serial = forms.CharField(label=_("serial number"), max_length=60, required=False)
    seats = forms.IntegerField(
        label=_("seats"), required=False, min_value=0, max_value=1000
    )
    bands = BandsField(
        label=_("bands"),
        required=False,
        max_length=400,
        help_text=_("Of a radio, in MHz with the mode: 136-174 FM, 380-400 TETRA."),
    )
    post = forms.ModelChoiceField(
        Post._default_manager.none(),
        label=_("post"),
        required=False,
        to_field_name="code",
        empty_label=_("none"),
    )
    note = forms.CharField(label=_("note"), max_length=200, required=False)
    field_order = [
        "code", "name", "kind", "status", "plate", "serial", "seats", "bands", "post",
        "note", "tlp", "level",
    ]  # fmt: skip

    def __init__(self, *args: Any, actor: Actor, is_new: bool, **kwargs: Any) -> None:
        """Offer the agency's own posts."""
        super().__init__(*args, actor=actor, is_new=is_new, **kwargs)
        posts = Post.objects.visible_to(actor).filter(owner=actor.agency_id)
        offer(self, "post", posts)


class MaintenanceForm(VersionedForm):
    """A time out of service."""

    starts_at = MomentField(label=_("from"))
    ends_at = MomentField(label=_("until"))
    reason = ReasonField(max_length=200)


class AssetFilterForm(NamedForm, forms.Form):
    """What the list of assets can be asked for."""

    owner = any_agency(_("agency"))
    kind = forms.ChoiceField(label=_("kind"), required=False)
    status = forms.ChoiceField(label=_("status"), required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        """Offer each, and any."""
        super().__init__(*args, **kwargs)
        choose(self, "kind", [("", _("any")), *AssetKind.choices])
        choose(self, "status", [("", _("any")), *AssetStatus.choices])
