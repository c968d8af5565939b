"""What a roster is: who goes where, what is missing, what it costs, how good it is."""

from collections.abc import Mapping
from dataclasses import dataclass, field, fields

from patrols.roster.problem import Assignment, Use, Weights


@dataclass(frozen=True, slots=True)
class Terms:
    """Every aim in its own unit; names are those of ``Weights``.

    ``unfilled`` places, ``certificates``, ``commanders`` and ``equipment`` (units) are
    what is missing. ``band``, ``nights`` and ``weekends`` are duties more than one away
    from an officer's fair share; ``km`` between base and patrol; ``wishes`` the weight
    of those not met; ``backward`` pairs of duties of which the later starts earlier in
    the day; ``changes`` officers newly called to a patrol already published, and
    ``late_changes`` those of them with less than a day's notice.
    """

    unfilled: int = 0
    certificates: int = 0
    commanders: int = 0
    equipment: int = 0
    band: int = 0
    nights: int = 0
    weekends: int = 0
    km: int = 0
    wishes: int = 0
    backward: int = 0
    changes: int = 0
    late_changes: int = 0

    def cost(self, weights: Weights) -> int:
        """Return the points of all terms together."""
        return sum(
            getattr(self, one.name) * getattr(weights, one.name) for one in fields(self)
        )

    @property
    def gaps(self) -> int:
        """Return how much is missing in all."""
        return self.unfilled + self.certificates + self.commanders + self.equipment


@dataclass(frozen=True, slots=True)
class Gap:
    """What a patrol lacks: ``count`` of ``detail``, by rule.

    H1: detail is the agency. H2: the certificate. H3: the lead agency. H10:
    ``agency/kind``. Any other rule: ``officer`` is pinned although the rule speaks
    against it.
    """

    rule: str
    patrol: str
    detail: str = ""
    count: int = 1
    officer: str = ""

    @property
    def is_of_crew(self) -> bool:
        """Whether officers, certificates or a commander are missing."""
        return self.rule in {"H1", "H2", "H3"} and not self.officer


@dataclass(frozen=True, slots=True)
class Plan:
    """A roster. ``bound``: no roster of this problem costs less.

    ``gap`` is the share of the cost that a better plan could still save at most.
    ``languages`` maps patrols to the one their crew shares.
    """

    assignments: tuple[Assignment, ...] = ()
    units: tuple[Use, ...] = ()
    languages: Mapping[str, str] = field(default_factory=dict)
    gaps: tuple[Gap, ...] = ()
    terms: Terms = Terms()
    cost: int = 0
    bound: int = 0
    is_optimal: bool = False

    @property
    def gap(self) -> float:
        """Return (cost - bound) / cost, between 0 and 1."""
        return (self.cost - self.bound) / self.cost if self.cost else 0.0
