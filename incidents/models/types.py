"""Types of incident: what each is called, and the form that a report of it fills."""

from typing import Any

from django.db import models
from django.utils.translation import gettext_lazy as _

from incidents.formats import whole
from incidents.models.incidents import Category
from incidents.schemas import in_words


class TypeForm(models.Model):
    """The names of a type and its form, at one time."""

    # By language, English always among them.
    names = models.JSONField(_("names"))
    # JSON Schema, as ``incidents.schemas`` allows it.
    schema = models.JSONField(_("form"))

    class Meta:
        """A part of two tables."""

        abstract = True

    @property
    def name(self) -> str:
        """The name in the reader's language."""
        return in_words(self.names, "")


class IncidentType(TypeForm):
    """A type of incident: reference data, which every agency sees alike.

    Finer than its category, by which all agencies filter and which tear lines tell.
    """

    code = models.SlugField(_("code"), max_length=40, primary_key=True)
    category = models.CharField(_("category"), max_length=12, choices=Category)
    needs_confirmation = models.BooleanField(_("needs confirmation"), default=False)
    is_active = models.BooleanField(_("in use"), default=True)
    # Counts the forms that it has had; the present one is in the row itself.
    version = models.PositiveSmallIntegerField(default=1, editable=False)

    class Meta:
        """Listed by category, then code."""

        ordering = ["category", "code"]
        verbose_name = _("incident type")

    def __str__(self) -> str:
        """Return the name in the reader's language."""
        return self.name or self.code

    def form_of(self, version: int | None) -> TypeForm:
        """Return names and form as they were in a version; now, for none."""
        if version in (None, self.version):
            return self
        return self.versions.get(version=version)


class IncidentTypeVersion(TypeForm):
    """Names and form that a type had until they were changed.

    So that what was filled in years ago is read with its own words.
    """

    type = models.ForeignKey(IncidentType, models.PROTECT, related_name="versions")
    version = models.PositiveSmallIntegerField()
    replaced_at = models.DateTimeField()

    class Meta:
        """Newest first; each version once."""

        ordering = ["type", "-version"]
        constraints = [
            models.UniqueConstraint(
                fields=["type", "version"], name="incidenttypeversion_once"
            )
        ]

    def __str__(self) -> str:
        """Return the type and the number."""
        return f"{self.type_id} {self.version}"


def whole_form(chosen: IncidentType | None, version: int | None) -> dict[str, Any]:
    """Return what details may hold: a type's form of a version, and what all accept."""
    return whole(chosen.form_of(version).schema if chosen else None)
