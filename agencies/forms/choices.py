"""Options that explain themselves: what each means, and why one is closed."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from django import forms
from django.forms.utils import flatatt
from django.template.loader import render_to_string
from django.utils.functional import Promise
from django.utils.safestring import SafeString

Words = str | Promise


@dataclass(frozen=True)
class Option:
    """The label of a choice, with more than a label says.

    ``who`` names, in a sentence, whom choosing it lets in. ``refused`` says why it
    may not be chosen, by the value of the field that decides.
    """

    label: Words
    help: Words = ""
    who: Words = ""
    refused: Mapping[str, str] = field(default_factory=dict)

    def __str__(self) -> str:
        """Return the label, for widgets that show no more."""
        return str(self.label)


class Explained(forms.widgets.ChoiceWidget):
    """Draws ``Option``s as a list, each with its words.

    With ``decided_by``, the name of another field, an option is closed that every
    value of that field refuses; ``static/js/choices.js`` closes them as that field
    is set, and says whom the chosen let in: ``sees`` has the sentences by value.
    """

    decided_by = ""
    deciders: tuple[str, ...] = ()
    sees: Mapping[str, Words] = {}
    is_filtered = False

    def get_context(self, name: str, value: Any, attrs: Any) -> dict[str, Any]:
        """Add what the template asks of the list as a whole."""
        context = super().get_context(name, value, attrs)
        groups = [
            _group(title, options, self.deciders)
            for title, options, _index in context["widget"]["optgroups"]
        ]
        return context | {"choices": self, "groups": groups}

    def create_option(
        self, name: str, value: Any, label: Any, *args: Any, **kwargs: Any
    ) -> dict[str, Any]:
        """Close what may not be chosen at all."""
        made = super().create_option(name, value, label, *args, **kwargs)
        refused = label.refused if isinstance(label, Option) else {}
        if self.deciders and all(one in refused for one in self.deciders):
            made["attrs"]["disabled"] = True
        return made

    def _render(
        self, template_name: str, context: dict[str, Any], renderer: Any = None
    ) -> SafeString:
        """Draw with our own templates, which Django's form renderer does not know."""
        return render_to_string("agencies/_choices.html", context)


def _group(
    title: str | None, options: list[dict[str, Any]], deciders: tuple[str, ...]
) -> dict[str, Any]:
    """Return a group; what refuses all of its options is said once, at its head."""
    refused = [getattr(option["label"], "refused", {}) for option in options]
    shared = {
        value: why
        for value, why in refused[0].items()
        if title and all(other.get(value) == why for other in refused)
    }
    return {
        "title": title,
        "why": _reasons(shared, deciders),
        "options": [
            option
            | {
                "attributes": flatatt(option["attrs"]),
                "refused": " ".join(whole),
                "why": _reasons(
                    {k: v for k, v in whole.items() if k not in shared}, deciders
                ),
            }
            for option, whole in zip(options, refused, strict=True)
        ],
    }


def _reasons(
    refused: Mapping[str, str], deciders: tuple[str, ...]
) -> list[dict[str, Any]]:
    """Return the reasons, the first shown at once if there is no way around them."""
    is_final = bool(deciders) and all(one in refused for one in deciders)
    return [
        {"value": value, "text": text, "is_shown": is_final and value == deciders[0]}
        for value, text in refused.items()
    ]


class Radios(Explained, forms.RadioSelect):
    """One of them."""


class Boxes(Explained, forms.CheckboxSelectMultiple):
    """Any of them."""
