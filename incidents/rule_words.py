"""For which incidents a rule counts, and to whom it releases them, in words."""

from collections.abc import Mapping

from django.utils.text import capfirst
from django.utils.translation import gettext as _

from incidents.models import Category, Severity, StandingRelease
from incidents.models.choosing import ChoosesIncidents


def severities(rule: ChoosesIncidents) -> str:
    """Return from which severity on a rule counts."""
    gravest, *_between, lightest = Severity
    least = Severity(rule.severity)
    if least == lightest:
        return _("any severity")
    if least == gravest:
        return str(least.label)
    return _("%(severity)s and above") % {"severity": least.label}


def categories(rule: ChoosesIncidents) -> list[str]:
    """Return the categories for which a rule counts; none for all."""
    return [str(Category(one).label) for one in rule.categories]


def grantee(rule: StandingRelease, names: Mapping[str, str]) -> str:
    """Return to whom a rule releases; ``names`` are those known, by code."""
    return names.get(rule.grantee) or rule.grantee.partition(":")[2]


def in_short(rule: StandingRelease, names: Mapping[str, str]) -> str:
    """Return a standing release in a line: name, to whom, how much, of what."""
    of = ", ".join(categories(rule)) or _("all categories")
    parts = [of, severities(rule)]
    if rule.zone_id:
        parts.append(_("only in one of our zones"))
    return _("%(name)s: to %(grantee)s, %(scope)s. For %(what)s.") % {
        "name": capfirst(rule.name),
        "grantee": grantee(rule, names),
        "scope": rule.get_scope_display(),
        "what": "; ".join(parts),
    }
