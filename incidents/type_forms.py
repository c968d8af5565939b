"""The part of an incident's form that follows its type, in the order of a report."""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from operator import itemgetter
from typing import Any, Self

from django import forms
from django.conf.locale import LANG_INFO
from django.db.models import Q
from django.forms.boundfield import BoundField
from django.http import QueryDict
from django.utils.functional import Promise
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _

from agencies.forms import CHOOSE, choose
from agencies.forms.records import MarkedForm
from incidents import details
from incidents.details import PREFIX
from incidents.formats import DETAIL, Format, whole
from incidents.models import Category, Incident, IncidentType
from incidents.schemas import SPOKEN, Json, fields_of

# How the languages call themselves.
LANGUAGES = [
    ("", _("not said")),
    *((code, LANG_INFO[code]["name_local"]) for code in SPOKEN),
]
# Another type brings other fields; what was written stays (``redrawn``).
ASKED = "fields"
FOLLOWED = {
    "hx-post": "",
    "hx-vals": f'{{"{ASKED}": "yes"}}',
    "hx-trigger": "change",
    "hx-target": "#of-type",
    "hx-select": "#of-type",
    "hx-swap": "outerHTML",
    "hx-sync": "this:replace",
}


@dataclass(frozen=True)
class Part:
    """Some fields that belong together, perhaps a line of a report."""

    fields: list[BoundField]
    mark: str = ""
    words: str | Promise = ""
    help: str | Promise = ""


class TypedForm(MarkedForm):
    """An incident's type, with the fields of the type's form.

    ``row`` is the incident that is edited; ``layout`` the report in whose order the
    fields come. A tear line has no type, and gets the fields of its record only.
    """

    type = forms.ChoiceField(
        label=_("type"),
        required=False,
        help_text=_(
            "Each type has questions of its own; they appear below once it is chosen."
        ),
        widget=forms.Select(attrs=FOLLOWED),
    )
    # Follows from a type; asked for where there is none.
    category = forms.ChoiceField(
        label=_("category"),
        required=False,
        choices=[CHOOSE, *Category.choices],
        error_messages={"required": _("Choose a type, or a category.")},
    )
    language = forms.ChoiceField(
        label=_("language of the text"), required=False, choices=LANGUAGES
    )

    def __init__(
        self,
        *args: Any,
        row: Incident | None = None,
        layout: Format | None = None,
        **kwargs: Any,
    ) -> None:
        """Offer the types that are in use, and the fields of the one that is chosen."""
        super().__init__(*args, **kwargs)
        self.row, self.layout = row, layout
        self.chosen: IncidentType | None = None
        stored = self.initial.get("language")
        if stored and stored not in SPOKEN:
            # It came by the API.
            choose(self, "language", [*LANGUAGES, (stored, stored)])
        if row is not None and row.is_tear_line:
            del self.fields["type"]
            self.fields["category"].required = True
            return
        wanted = Q(is_active=True) | Q(pk=row and row.type_id)
        self.types = {made.pk: made for made in IncidentType.objects.filter(wanted)}
        choose(self, "type", [("", _("none: the category alone")), *self._offered()])
        self.chosen = self.types.get(str(self["type"].value()))
        self.fields["category"].required = not self["type"].value()
        self._add_details()
        self._name_lines()

    @classmethod
    def redrawn(cls, data: QueryDict, **kwargs: Any) -> Self:
        """Return the form as it was filled in so far, not looked at yet."""
        sent = cls(data, **kwargs)
        sent.full_clean()
        kwargs["initial"] = {
            # Of a row, which the list is to offer: only one that there is.
            name: sent.cleaned_data.get(name)
            if isinstance(field, forms.ModelChoiceField)
            else field.widget.value_from_datadict(data, sent.files, name)
            for name, field in sent.fields.items()
        }
        return cls(**kwargs)

    def _offered(self) -> Iterator[tuple[str, list[tuple[str, str]]]]:
        """Group the types by category, in the categories' order."""
        for category in Category:
            of = [made for made in self.types.values() if made.category == category]
            if of:
                names = sorted(((made.pk, str(made)) for made in of), key=itemgetter(1))
                yield capfirst(str(category.label)), names

    # --- the fields of the type

    @cached_property
    def own_schema(self) -> Json:
        """The form of the type, in the version that the incident was filled with."""
        if self.chosen is None:
            return {"properties": {}}
        is_kept = self.row is not None and self.row.type_id == self.chosen.pk
        version = self.row.type_version if self.row is not None and is_kept else None
        schema: Json = self.chosen.form_of(version).schema
        return schema

    @cached_property
    def schema(self) -> Json:
        """The form that the details have to fit: the type's, and what all accept."""
        return whole(self.own_schema)

    @property
    def _stored(self) -> Json:
        return self.row.details if self.row is not None else {}

    def _add_details(self) -> None:
        """Add the report's fields, the type's, and what was filled in before."""
        lines = self.layout.details if self.layout else []
        names = [*lines, *fields_of(self.own_schema), *self._stored]
        made = details.form_fields(self.schema, dict.fromkeys(names))
        self.fields |= made
        begun = details.initial(self._stored, self.schema)
        self.initial = begun | dict(self.initial)

    def _name_lines(self) -> None:
        """Give the field of each line of the report the line's own words."""
        for line in self.layout.lines if self.layout else ():
            if len(line.fields) == 1:
                field = self.fields[_on_page(line.fields[0])]
                field.label = f"{line.mark} · {line.words}"
                field.help_text = f"{line.help} {field.help_text}".strip()

    # --- as it is drawn

    @property
    def parts(self) -> list[Part]:
        """All fields in the order of the report, if there is one."""
        drawn = [name for name in self.fields if not self[name].is_hidden]
        below = {field.name for field in self.of_type}
        found, placed = [], set(below)
        for line in self.layout.lines if self.layout else ():
            names = [_on_page(name) for name in line.fields]
            fields = [self[name] for name in names]
            has_own_words = len(fields) > 1
            head = (line.mark, line.words, line.help) if has_own_words else ()
            found.append(Part(fields, *head))
            placed.update(names)
        rest = [self[name] for name in drawn if name not in placed]
        words = _("For the record") if self.layout else ""
        return [*found, Part(rest, words=words)]

    @property
    def of_type(self) -> list[BoundField]:
        """The fields that change with the type; drawn below it."""
        if "type" not in self.fields:
            return []
        lines = set(self.layout.details) if self.layout else set()
        names = [
            name
            for name in self.fields
            if name.startswith(PREFIX) and name.removeprefix(PREFIX) not in lines
        ]
        return [self["category"], *(self[name] for name in names)]

    # --- what comes of it

    def clean_type(self) -> IncidentType | None:
        """Return the type itself."""
        return self.types.get(self.cleaned_data["type"])

    @property
    def given(self) -> dict[str, Any]:
        """Gather the details; a category that was not asked for follows from type."""
        given = super().given
        filled = {key: given.pop(key) for key in list(given) if key.startswith(PREFIX)}
        if not given.get("category"):
            given.pop("category", None)
        if filled or "type" in given:
            known = fields_of(self.schema)
            merged = {k: v for k, v in self._stored.items() if k in known}
            merged |= details.taken(self.schema, filled)
            given["details"] = {k: v for k, v in merged.items() if v is not None}
        return given


def _on_page(name: str) -> str:
    """Return the name on the page of a column or a detail."""
    return name.replace(DETAIL, PREFIX)
