"""What rosters say of gaps, reasons and findings, in words."""

from collections.abc import Callable, Iterable
from typing import Any
from uuid import UUID

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext, ngettext_lazy

from agencies.models import AbsenceKind, AssetKind, Officer, Qualification
from agencies.policy import Actor
from patrols.models import Patrol, Roster
from patrols.roster_check import Finding

# What each rule is about.
RULES: dict[str, str | Promise] = {
    "H1": gettext_lazy("number of officers"),
    "H2": gettext_lazy("certificates"),
    "H3": gettext_lazy("commander"),
    "H4": gettext_lazy("common language"),
    "H5": gettext_lazy("rest between duties"),
    "H6": gettext_lazy("hours in a week"),
    "H7": gettext_lazy("days worked in a row"),
    "H8": gettext_lazy("absence"),
    "H9": gettext_lazy("authorisation or clearance"),
    "H10": gettext_lazy("equipment"),
    "H11": gettext_lazy("locked assignment"),
}
# Why somebody does not fill a gap, by the engine's codes; absences by their kind.
REASONS: dict[str, str | Promise] = {
    "no-authorisation": gettext_lazy("not authorised or not cleared"),
    "duty-elsewhere": gettext_lazy("on duty elsewhere, or resting from it"),
    "not-certified": gettext_lazy("without the certificate"),
    "not-commander": gettext_lazy("not qualified to command"),
    "on-duty-or-resting": gettext_lazy("on another patrol, or resting from it"),
    "no-place": gettext_lazy("there is no place left for them"),
    "free": gettext_lazy("free"),
    "away": gettext_lazy("away"),
    # Of who and what was to go, and cannot any more.
    "gone": gettext_lazy("account disabled, or not sent any more"),
    "maintenance": gettext_lazy("in maintenance"),
    "unserviceable": gettext_lazy("not serviceable"),
}
# The same with a verb, for one and for several.
VERBS: dict[str, Any] = {
    "no-language": ngettext_lazy(
        "speaks no common language",
        "speak no common language",
        "n",
    ),
    "hours-elsewhere": ngettext_lazy(
        "has a full week elsewhere",
        "have a full week elsewhere",
        "n",
    ),
    "days-elsewhere": ngettext_lazy(
        "has worked too many days in a row elsewhere",
        "have worked too many days in a row elsewhere",
        "n",
    ),
    "on-this-patrol": ngettext_lazy(
        "goes on this patrol already",
        "go on this patrol already",
        "n",
    ),
    "week-is-full": ngettext_lazy(
        "has a full week",
        "have a full week",
        "n",
    ),
    "days-in-a-row": ngettext_lazy(
        "has worked too many days in a row",
        "have worked too many days in a row",
        "n",
    ),
    "crew-language": ngettext_lazy(
        "shares no language with the crew",
        "share no language with the crew",
        "n",
    ),
}
# What a plan is judged by, in its own units.
TERMS: dict[str, str | Promise] = {
    "unfilled": gettext_lazy("places unfilled"),
    "certificates": gettext_lazy("certificates missing"),
    "commanders": gettext_lazy("commanders missing"),
    "equipment": gettext_lazy("units of equipment missing"),
    "band": gettext_lazy("duties away from the fair share"),
    "nights": gettext_lazy("nights away from the fair share"),
    "weekends": gettext_lazy("weekends away from the fair share"),
    "wishes": gettext_lazy("wishes of your people not met"),
    "backward": gettext_lazy("duties that start earlier in the day than the last"),
    "changes": gettext_lazy("people newly called to a published patrol"),
    "late_changes": gettext_lazy("of them with less than a day's notice"),
}
FAILURES: dict[str, str | Promise] = {
    "stopped": gettext_lazy("It was called off before anybody began."),
    "died": gettext_lazy("The worker died three times. Tell the administrators."),
    "no_patrols": gettext_lazy("No patrol that is still to leave lies in these days."),
    "too_many_patrols": gettext_lazy("Too many patrols for one roster: ask for less."),
    "error": gettext_lazy("Something went wrong. Tell the administrators."),
}


def reason(code: str, n: int = 1) -> str:
    """Return why some officers do not fill a gap."""
    start, _dot, kind = code.partition(".")
    if start == "away" and kind in AbsenceKind.values:
        return str(AbsenceKind(kind).label)
    if start in VERBS:
        return str(VERBS[start] % {"n": n})
    return str(REASONS.get(start, code))


def funnel(counted: Iterable[Any]) -> list[tuple[str, int]]:
    """Return a stored funnel in words."""
    return [(reason(code, number), number) for code, number in counted]


def requirement(rule: str, detail: str, count: int) -> str:
    """Return what a patrol asks for, as a part of a conflict."""
    if rule == "H1":
        text = ngettext(
            "%(count)s officer of %(agency)s", "%(count)s officers of %(agency)s", count
        )
        return text % {"agency": detail, "count": count}
    if rule == "H2":
        text = ngettext(
            "%(count)s holder of “%(paper)s”", "%(count)s holders of “%(paper)s”", count
        )
        return text % {"paper": _paper(detail), "count": count}
    return _("a commander of %(agency)s") % {"agency": detail}


def shortage(missing: dict[str, int]) -> str:
    """Return the least that is missing, in order of priority."""
    told = [_LEAST[rule](count) for rule, count in missing.items() if count]
    return ", ".join(told)


_LEAST: dict[str, Callable[[int], str]] = {
    "H1": lambda n: ngettext("%(n)s officer", "%(n)s officers", n) % {"n": n},
    "H2": lambda n: ngettext("%(n)s certificate", "%(n)s certificates", n) % {"n": n},
    "H3": lambda n: ngettext("%(n)s commander", "%(n)s commanders", n) % {"n": n},
}


def remedy(code: str, detail: str, name: str) -> str:
    """Return what would close a gap; ``name`` is a colleague's."""
    shown = {"name": name, "agency": detail, "paper": _paper(detail)}
    return str(REMEDIES[code]) % shown


# What is to be done, by the engine's codes; each was tried before it is told.
REMEDIES: dict[str, str | Promise] = {
    "fewer-places": gettext_lazy("One officer of %(agency)s fewer on this patrol"),
    "other-lead": gettext_lazy("%(agency)s leads this patrol"),
    "move-leave": gettext_lazy("%(name)s is away then: move the absence"),
    "authorise": gettext_lazy("%(name)s may not act there: enter an authorisation"),
    "certify": gettext_lazy("%(name)s lacks “%(paper)s”: enter the certificate"),
    "interpret": gettext_lazy(
        "%(name)s has none of the languages: enter one from level B1 on"
    ),
    "make-commander": gettext_lazy(
        "%(name)s holds the papers to command: give the role of commander"
    ),
}


def gap(rule: str, detail: str, count: int) -> str:
    """Return what is missing."""
    if rule == "H1":
        text = ngettext(
            "%(agency)s is short of %(count)s officer",
            "%(agency)s is short of %(count)s officers",
            count,
        )
        return text % {"agency": detail, "count": count}
    if rule == "H2":
        text = ngettext(
            "%(count)s holder of “%(paper)s” is missing",
            "%(count)s holders of “%(paper)s” are missing",
            count,
        )
        return text % {"paper": _paper(detail), "count": count}
    if rule == "H3":
        return _("no commander of %(agency)s") % {"agency": detail}
    if rule == "H10":
        code, _slash, kind = detail.partition("/")
        shown = {"agency": code, "count": count}
        shown["kind"] = dict(AssetKind.choices).get(kind, kind)
        return _("%(agency)s is short of equipment: %(kind)s, %(count)s") % shown
    # A pin that stands against a rule.
    return _("locked against a rule: %(rule)s") % {"rule": RULES[rule]}


def _paper(code: str) -> str:
    return str(dict(Qualification.choices).get(code, code))


def terms(counted: dict[str, int]) -> list[tuple[str, int]]:
    """Return what speaks against a plan; nothing is kept of bases."""
    return [(str(text), counted[name]) for name, text in TERMS.items() if counted[name]]


def failure(roster: Roster) -> str:
    """Return why a roster failed."""
    return str(FAILURES.get(roster.failure, FAILURES["error"]))


def findings(
    found: Iterable[Finding],
    problem: dict[str, Any],
    patrols: Iterable[Patrol],
    by: Actor,
    most: int = 5,
) -> str:
    """Return what is wrong with a plan; colleagues by name, of partners the agency.

    Of partners' people the rule is not told either: it would say who is on leave.
    """
    refs = {str(patrol.pk): patrol.ref for patrol in patrols}
    agency = {one["id"]: one["agency"] for one in problem["officers"]}
    rows = list(dict.fromkeys(found))
    own = [UUID(o.officer) for o in rows if agency.get(o.officer) == by.agency]
    names = {
        str(officer.pk): str(officer)
        for officer in Officer.objects.visible_to(by).filter(pk__in=own)
    }
    told = [_finding(one, refs, agency, names.get) for one in rows]
    return "; ".join(list(dict.fromkeys(told))[:most])


def _finding(
    one: Finding,
    refs: dict[str, str],
    agency: dict[str, str],
    name_of: Callable[[str], str | None],
) -> str:
    where = refs.get(one.patrol, _("sums"))
    if not one.officer:
        return f"{where}: {RULES.get(one.rule, one.code)}"
    if name := name_of(one.officer):
        return f"{where}: {name} – {RULES.get(one.rule, one.code)}"
    shown = {"agency": agency.get(one.officer, "?")}
    return f"{where}: " + _("somebody of %(agency)s cannot go") % shown
