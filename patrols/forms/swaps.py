"""Forms of wishes and swaps."""

from collections.abc import Iterable
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from agencies.forms import CHOOSE, PartForm, ReasonField, RefusableForm, choose
from agencies.models import Officer


class WishForm(PartForm):
    """What an officer wishes of one patrol."""

    name = "wish"
    LIKE, AVOID, NOTHING = "like", "avoid", "nothing"
    wish = forms.ChoiceField(
        choices=[
            (LIKE, _("would like")),
            (AVOID, _("rather not")),
            (NOTHING, _("take back")),
        ]
    )
    reason = forms.CharField(max_length=200, required=False)


class ColleagueForm(RefusableForm):
    """Who is asked: the first question about a swap."""

    colleague = forms.ChoiceField(label=_("colleague"))

    def __init__(self, *args: Any, people: Iterable[Officer], **kwargs: Any) -> None:
        """Offer those who may be asked."""
        super().__init__(*args, **kwargs)
        named = [(one.username, str(one)) for one in people]
        choose(self, "colleague", [CHOOSE, *named])


class SwapForm(RefusableForm):
    """What is asked of the colleague: the second."""

    TAKE_OVER = "over"
    wanted = forms.ChoiceField(
        label=_("in exchange for"), widget=forms.RadioSelect, initial=TAKE_OVER
    )
    note = forms.CharField(
        label=_("note"),
        max_length=200,
        required=False,
        help_text=_("Your colleague and the planners of your agency can read it."),
    )

    def __init__(
        self, *args: Any, duties: Iterable[tuple[str, str]], **kwargs: Any
    ) -> None:
        """Offer the colleague's duties, by assignment, and none of them."""
        super().__init__(*args, **kwargs)
        nothing = (self.TAKE_OVER, _("nothing: the colleague takes it over"))
        choose(self, "wanted", [nothing, *duties])


class NoForm(PartForm):
    """Why not."""

    name = "no"
    reason = ReasonField(
        max_length=200,
        help_text=_("Both officers and the planners of your agency can read it."),
    )
