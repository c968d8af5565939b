"""Forms of accounts and memberships."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from agencies.forms import RefusableForm, choose, offer
from agencies.models import Agency
from agencies.policy import MAX_LEVEL, Role


class PasswordForm(RefusableForm):
    """One's own new password."""

    old = forms.CharField(
        label=_("present password"),
        strip=False,
        max_length=4096,
        widget=forms.PasswordInput(attrs={"autocomplete": "current-password"}),
    )
    new = forms.CharField(
        label=_("new password"),
        strip=False,
        max_length=4096,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
    )
    again = forms.CharField(
        label=_("new password, once more"),
        strip=False,
        max_length=4096,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
    )

    def clean(self) -> dict[str, Any]:
        """Refuse two different new passwords."""
        given = super().clean() or {}
        if given.get("new") != given.get("again"):
            self.add_error("again", _("The two passwords differ."))
        return given


class OfficerForm(RefusableForm):
    """An account, for the administrators of agencies."""

    username = forms.CharField(label=_("user name"), max_length=60)
    name = forms.CharField(label=_("name"), max_length=120)
    agency = forms.ModelChoiceField(
        Agency.objects.none(), label=_("agency"), to_field_name="code"
    )
    rank = forms.CharField(label=_("rank"), max_length=40, required=False)
    call_sign = forms.CharField(label=_("call sign"), max_length=40, required=False)
    roles = forms.MultipleChoiceField(
        label=_("roles"), widget=forms.CheckboxSelectMultiple, required=False
    )
    clearance = forms.TypedChoiceField(
        label=_("clearance"),
        coerce=int,
        choices=[(n, str(n)) for n in range(MAX_LEVEL + 1)],
        help_text=_("The highest level of records that the officer may see."),
    )
    is_active = forms.BooleanField(label=_("active"), required=False, initial=True)
    password = forms.CharField(
        label=_("password"),
        strip=False,
        max_length=4096,
        required=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
    )

    def __init__(
        self, *args: Any, is_new: bool, is_platform: bool, **kwargs: Any
    ) -> None:
        """Offer what this administrator may give."""
        super().__init__(*args, **kwargs)
        platform_only = () if is_platform else (Role.PLATFORM_ADMIN,)
        choose(self, "roles", [c for c in Role.choices if c[0] not in platform_only])
        if is_new:
            self.fields["password"].required = True
        else:
            # A user name is never changed, nor does an account change its agency.
            del self.fields["username"], self.fields["agency"]
            self.fields["password"].help_text = _("Empty: stays as it is.")
        if is_new and is_platform:
            offer(self, "agency", Agency.objects.all())
            self.fields["agency"].required = False
        elif is_new:
            del self.fields["agency"]


class LeaveForm(RefusableForm):
    """An agency leaves an agreement."""

    agency = forms.ModelChoiceField(
        Agency.objects.all(), label=_("agency"), to_field_name="code"
    )


class JoinForm(LeaveForm):
    """An agency joins an agreement."""

    weight = forms.IntegerField(
        label=_("lead entitlement"), min_value=1, max_value=100, initial=1
    )
