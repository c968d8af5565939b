"""What a roster came to, as far as its reader sees the patrols: pages and API alike.

The marking of a patrol may have risen since; then nothing is told of it here.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any, NamedTuple

from django.db.models import Prefetch

from agencies.models import Officer
from agencies.policy import Actor
from patrols.actions.remedies import CARRIED_OUT
from patrols.models import OPEN_STATES, Gap, Patrol, Remedy, Roster

Patrols = dict[str, Patrol]
NOBODY: Mapping[tuple[str, str], int] = MappingProxyType({})


@dataclass(frozen=True, slots=True)
class Place:
    """How many officers of an agency a patrol asks for, and how many go."""

    agency: str
    asked: int
    sent: int


@dataclass(frozen=True, slots=True)
class Outing:
    """One patrol of a roster."""

    patrol: Patrol
    places: list[Place]


class Reason(NamedTuple):
    """Why some officers do not fill a gap."""

    code: str
    officers: int


@dataclass(frozen=True, slots=True)
class Lack:
    """One gap; ``funnel`` is what became of the own people."""

    patrol: Patrol
    rule: str
    detail: str
    count: int
    funnel: list[Reason]


@dataclass(frozen=True, slots=True)
class Requirement:
    """What one patrol asks for, as a part of a conflict."""

    patrol: Patrol
    rule: str
    detail: str
    count: int


@dataclass(frozen=True, slots=True)
class Conflict:
    """What cannot be had together, and what would help.

    ``rules`` are those of which dropping one alone would help, told of own people
    alone; ``helped_by`` partners who could help with a change among their people.
    """

    requirements: list[Requirement]
    rules: list[str]
    helped_by: list[str]
    remedies: list[Remedy] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Cause:
    """A patrol on which somebody or something of an agency cannot go any more."""

    patrol: Patrol
    agency: str


def known_patrols(row: Roster, actor: Actor) -> Patrols:
    """Return the patrols of a roster that a reader sees, by id, in order."""
    named = {*row.summary.get("crews", ()), *(one["patrol"] for one in row.causes)}
    rows = Patrol.objects.visible_to(actor).filter(pk__in=named)
    rows = rows.select_related("lead").order_by("starts_at", "id")
    return {str(patrol.pk): patrol for patrol in rows}


def outings(
    row: Roster, known: Patrols, fallen: Mapping[tuple[str, str], int] = NOBODY
) -> Iterator[Outing]:
    """Yield the patrols, in order.

    ``fallen`` is by patrol and agency how many of those sent cannot go any more.
    """
    for pk, asked in _kept(row.summary.get("asked", {}), known):
        crew = row.summary["crews"].get(pk, {})
        places = [
            Place(code, n, max(0, int(crew.get(code, 0)) - fallen.get((pk, code), 0)))
            for code, n in sorted(asked.items())
        ]
        yield Outing(known[pk], places)


def lacks(row: Roster, known: Patrols, actor: Actor) -> Iterator[Lack]:
    """Yield what is missing."""
    own = Gap.objects.visible_to(actor).filter(roster=row, agency=actor.agency_id)
    funnels = {(str(gap.patrol_id), gap.rule): gap.funnel for gap in own}
    for gap in row.summary.get("gaps", ()):
        if patrol := known.get(gap["patrol"]):
            is_own = gap["detail"] == actor.agency
            found = funnels.get((gap["patrol"], gap["rule"]), []) if is_own else []
            funnel = [Reason(*one) for one in found]
            yield Lack(patrol, gap["rule"], gap["detail"], gap["count"], funnel)


def conflicts(row: Roster, known: Patrols, actor: Actor) -> Iterator[Conflict]:
    """Yield the conflicts of which the reader sees all patrols, with own remedies.

    Those that something helps against come first.
    """
    own: dict[int, list[Remedy]] = defaultdict(list)
    for remedy in remedies(actor).filter(roster=row, patrol__in=known):
        remedy.patrol = known[str(remedy.patrol_id)]
        own[remedy.conflict].append(remedy)
    told = enumerate(row.summary.get("conflicts", ()))
    for number, one in sorted(
        told, key=lambda pair: not (own[pair[0]] or pair[1]["helped_by"])
    ):
        if any(part["patrol"] not in known for part in one["requirements"]):
            continue
        parts = [
            Requirement(
                known[part["patrol"]],
                part["rule"],
                part["detail"],
                part["count"],
            )
            for part in one["requirements"]
        ]
        yield Conflict(parts, one["rules"], one["helped_by"], own[number])


def remedies(actor: Actor) -> Any:
    """Return the remedies that are for a reader's own agency, the best first."""
    officers = Officer.objects.visible_to(actor)
    rows = Remedy.objects.visible_to(actor).filter(agency=actor.agency_id)
    return rows.prefetch_related(Prefetch("officer", officers)).order_by(
        "after", "code", "id"
    )


def is_done_here(remedy: Remedy) -> bool:
    """Whether it is carried out with the roster; else on the officer's page."""
    return remedy.code in CARRIED_OUT


def causes(row: Roster, known: Patrols) -> Iterator[Cause]:
    """Yield why it was asked for by itself."""
    for one in row.causes:
        if patrol := known.get(one["patrol"]):
            yield Cause(patrol, one["agency"])


def fallen(
    actor: Actor, own: Iterable[Patrol], mending: Iterable[Roster], known: Patrols
) -> Counter[tuple[str, str]]:
    """Return, by patrol and agency, how many of those sent cannot go any more.

    ``own`` are the patrols of colleagues, one for each. How many of a partner's cannot
    go, that agency alone knows: the rosters that mend it name a patrol once.
    """
    found = Counter((str(patrol.pk), actor.agency or "") for patrol in own)
    found.update(
        {
            (str(one.patrol.pk), one.agency)
            for row in mending
            for one in causes(row, known)
            if one.agency != actor.agency and one.patrol.state in OPEN_STATES
        }
    )
    return found


def is_least(least: Mapping[str, Any], terms: Mapping[str, int]) -> bool:
    """Whether it is proven that no plan lacks fewer people and papers."""
    rules = {"H1": "unfilled", "H2": "certificates", "H3": "commanders"}
    return bool(least["is_proven"]) and all(
        least["missing"].get(rule, 0) == terms[name] for rule, name in rules.items()
    )


def _kept(told: dict[str, Any], known: Patrols) -> Iterable[tuple[str, Any]]:
    return ((pk, told[pk]) for pk in known if pk in told)
