"""The forms of webhooks."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from agencies.forms import RefusableForm, choose, levels_of
from agencies.policy import Actor
from live.deliveries import known_kinds
from live.sentences import sentences


class WebhookForm(RefusableForm):
    """A webhook; its clearance is set once, when it is made."""

    name = forms.CharField(label=_("name"), max_length=80)
    url = forms.CharField(
        label=_("address"),
        max_length=500,
        widget=forms.URLInput(attrs={"placeholder": "https://"}),
        help_text=_("Each event is sent there as a signed POST (Standard Webhooks)."),
    )
    clearance = forms.TypedChoiceField(
        label=_("clearance"),
        coerce=int,
        help_text=_("It is told what your agency's staff of this clearance see."),
    )
    kinds = forms.MultipleChoiceField(
        label=_("kinds of event"),
        required=False,
        widget=forms.SelectMultiple(attrs={"size": 8}),
        help_text=_("None chosen: all, but not the positions of patrols."),
    )

    def __init__(self, *args: Any, actor: Actor, is_new: bool, **kwargs: Any) -> None:
        """Offer no clearance above the officer's own."""
        super().__init__(*args, **kwargs)
        choose(self, "kinds", kind_choices())
        if is_new:
            choose(self, "clearance", levels_of(actor))
        else:
            del self.fields["clearance"]


def kind_choices() -> list[tuple[str, str]]:
    """Return every kind of event with its words, in order."""
    words = sentences()
    # What any type of record may have is told without its type.
    said = {k: words.get(k) or words[k.partition(".")[2]] for k in known_kinds()}
    return [(kind, f"{kind} · {text}") for kind, text in sorted(said.items())]
