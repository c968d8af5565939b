"""Forms of the pages of reports."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from agencies.forms import CHOOSE, MomentField, any_agency
from agencies.policy import TLP
from incidents.forms import RecordForm
from incidents.models import Category
from intel.models import InformationGrade, SourceGrade
from patrols.forms.place_field import PlaceField


class ReportForm(RecordForm):
    """A report."""

    title = forms.CharField(label=_("title"), max_length=160)
    body = forms.CharField(
        label=_("text"),
        max_length=20_000,
        widget=forms.Textarea(attrs={"rows": 8}),
    )
    source_grade = forms.ChoiceField(
        label=_("source reliability"), choices=[CHOOSE, *SourceGrade.choices]
    )
    information_grade = forms.TypedChoiceField(
        label=_("information credibility"),
        coerce=int,
        choices=[CHOOSE, *InformationGrade.choices],
    )
    topics = forms.MultipleChoiceField(
        label=_("topics"),
        required=False,
        choices=Category.choices,
        widget=forms.CheckboxSelectMultiple,
    )
    source_note = forms.CharField(
        label=_("source"),
        required=False,
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text=_("For your own agency's staff alone; never released."),
    )
    tear_line_text = forms.CharField(
        label=_("tear line"),
        required=False,
        max_length=4000,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_(
            "What may be told without giving the source away. A release of the"
            " tear line shows this text, the topics, the grades and the validity:"
            " no place, no source, no title. It is always unclassified (level 0)."
        ),
    )
    place = PlaceField(required=False)
    valid_from = MomentField(label=_("valid from"), required=False)
    valid_until = MomentField(label=_("valid until"), required=False)

    field_order = [
        "title", "source_grade", "information_grade", "topics", "body",
        "source_note", "tear_line_text", "place", "valid_from", "valid_until", "tlp",
        "level", "release_to",
    ]  # fmt: skip

    @property
    def given(self) -> dict[str, Any]:
        """Leave an empty start out: then it holds from now, or as before."""
        values = super().given
        if where := values.get("place"):
            values["place"] = where.point
        if values.get("valid_from", ...) is None:
            del values["valid_from"]
        return values


class ReportFilterForm(forms.Form):
    """The filters of the list, in its URL."""

    topic = forms.ChoiceField(
        label=_("topic"), required=False, choices=[("", _("any")), *Category.choices]
    )
    source_grade = forms.ChoiceField(
        label=_("source reliability"),
        required=False,
        choices=[("", _("any")), *SourceGrade.choices],
    )
    information_grade = forms.ChoiceField(
        label=_("information credibility"),
        required=False,
        choices=[("", _("any")), *InformationGrade.choices],
    )
    tlp = forms.ChoiceField(
        label="TLP", required=False, choices=[("", _("any")), *TLP.choices]
    )
    owner = any_agency(_("owner"))
    valid = forms.ChoiceField(
        label=_("validity"),
        required=False,
        choices=[("", _("any")), ("now", _("valid now")), ("over", _("no longer"))],
    )
