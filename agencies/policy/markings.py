"""How sensitive a record is, and to what kinds of grantees it may go."""

from django.db import models
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _


class Level(models.IntegerChoices):
    """How sensitive a record is, and up to what an officer is cleared."""

    UNCLASSIFIED = 0, _("0 · unclassified")
    RESTRICTED = 1, _("1 · restricted")
    CONFIDENTIAL = 2, _("2 · confidential")
    SECRET = 3, _("3 · secret")


MAX_LEVEL = int(max(Level))


class TLP(models.TextChoices):
    """Traffic Light Protocol 2.0 (FIRST, 2022). It caps a release, never grants."""

    RED = "red", "TLP:RED"
    AMBER_STRICT = "amber+strict", "TLP:AMBER+STRICT"
    AMBER = "amber", "TLP:AMBER"
    GREEN = "green", "TLP:GREEN"
    CLEAR = "clear", "TLP:CLEAR"

    def admits(self, grantee_kind: str) -> bool:
        """Whether a record so marked may be released to this kind of grantee."""
        if self is TLP.RED:
            return grantee_kind == GranteeKind.OFFICER
        if self is TLP.AMBER_STRICT:
            return grantee_kind != GranteeKind.AGREEMENT
        return True

    @property
    def limit(self) -> str | Promise:
        """To whom a record so marked may be released, in words."""
        if self is TLP.RED:
            return _("named officers only")
        if self is TLP.AMBER_STRICT:
            return _("named agencies and officers only, no agreements")
        return _("no limit")

    def within(self, cap: str) -> bool:
        """Whether this marking is no stricter than ``cap`` lets through."""
        order = list(TLP)
        return order.index(self) >= order.index(TLP(cap))


class GranteeKind(models.TextChoices):
    """To whom an owner may release a record."""

    AGENCY = "agency", _("agency")
    AGREEMENT = "agreement", _("agreement")
    OFFICER = "officer", _("officer")
