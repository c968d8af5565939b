"""Forms that the pages of all owned rows share: marking, version, releases."""

from functools import cache
from typing import Any

from django import forms
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

from agencies.forms import (
    MomentField,
    PartForm,
    ReasonField,
    RefusableForm,
    choose,
    levels_of,
)
from agencies.forms.choices import Option, Radios, Words
from agencies.forms.grantees import GranteeRadios, Marking, grantee_choices
from agencies.policy import TLP, Actor
from agencies.records import Owned, Record, ReleaseScope


class VersionedForm(RefusableForm):
    """A form of a row that is changed in versions, and the one that was shown."""

    # So that nobody overwrites what somebody else wrote since.
    version = forms.IntegerField(widget=forms.HiddenInput, required=False)

    def __init__(self, *args: Any, actor: Actor, is_new: bool, **kwargs: Any) -> None:
        """Keep who asks."""
        super().__init__(*args, **kwargs)
        self.actor = actor
        if is_new:
            del self.fields["version"]

    @property
    def given(self) -> dict[str, Any]:
        """What the action is to set: of an existing row, what was changed."""
        names = set(self.cleaned_data) - {"version"}
        if "version" in self.fields:
            names &= set(self.changed_data)
        return {name: self.cleaned_data[name] for name in names}


class MarkedForm(VersionedForm):
    """A form of an owned row: its marking too."""

    tlp = forms.ChoiceField(
        label="TLP",
        choices=TLP.choices,
        initial=TLP.AMBER,
        help_text=format_lazy(
            _("How far releases may go at most. RED: {red}; AMBER+STRICT: {strict}."),
            red=TLP.RED.limit,
            strict=TLP.AMBER_STRICT.limit,
        ),
    )
    level = forms.TypedChoiceField(
        label=_("level"),
        coerce=int,
        initial=0,
        help_text=_("The clearance that a reader needs."),
    )

    def __init__(self, *args: Any, actor: Actor, is_new: bool, **kwargs: Any) -> None:
        """Offer the levels up to the officer's own."""
        super().__init__(*args, actor=actor, is_new=is_new, **kwargs)
        choose(self, "level", levels_of(actor))


class ReleaseForm(PartForm):
    """How much, to whom, until when, why.

    ``tear_line`` is the record's, if it has been written.
    """

    name = "release"

    scope = forms.ChoiceField(label=_("how much"), widget=Radios)
    grantee = forms.ChoiceField(label=_("to whom"), widget=GranteeRadios)
    expires_at = MomentField(label=_("until"), required=False)
    reason = ReasonField()

    def __init__(
        self,
        *args: Any,
        actor: Actor,
        row: Owned,
        tear_line: Record | None,
        **kwargs: Any,
    ) -> None:
        """Offer whom the actor may name, and what the marking lets through."""
        super().__init__(*args, **kwargs)
        self.row = row
        self.markings = {ReleaseScope.FULL.value: Marking(row.tlp, row.level)}
        if isinstance(row, Record) and not row.is_tear_line:
            # One that is not written yet takes over the record's TLP.
            reduced = Marking(tear_line.tlp if tear_line else row.tlp)
            self.markings[ReleaseScope.TEARLINE.value] = reduced
        else:
            self.fields["scope"].initial = ReleaseScope.FULL
        choose(self, "scope", self._scopes())
        widget = self.fields["grantee"].widget
        widget.deciders = tuple(self.markings)
        if row.level:
            words = _("Will see the whole record, if cleared for %(level)s: {who}.")
            full = {ReleaseScope.FULL.value: words % {"level": row.level_name}}
            widget.sees = {**widget.sees, **full}
        # Read when the form is drawn or sent only: most readers may not release.
        choose(self, "grantee", cache(lambda: grantee_choices(actor, self.markings)))
        self.fields["expires_at"].help_text = _("Empty: for good.")

    def clean(self) -> dict[str, Any]:
        """Refuse what the list shows as closed."""
        given = super().clean() or {}
        wanted = self.fields["grantee"].choices  # type: ignore[attr-defined]
        options = dict(pair for _title, group in wanted for pair in group)
        option = options.get(given.get("grantee"))
        if option and (why := option.refused.get(given.get("scope", ""))):
            self.add_error("grantee", why)
        return given

    def _scopes(self) -> list[tuple[str, Option]]:
        words: dict[ReleaseScope, Words] = {
            ReleaseScope.FULL: _("All of its fields, and every later change of them."),
            ReleaseScope.TEARLINE: _("%(fields)s. Always unclassified (level 0).")
            % {"fields": getattr(self.row, "tear_line_words", "")},
        }
        return [
            (scope.value, Option(scope.label, help=words[scope]))
            for scope in ReleaseScope
            if scope.value in self.markings
        ]
