"""The rotation of the lead: a plan, its proof, its repair and its explanation.

Instances are drawn as joint commands are: an agency owns each sector and some others
have its consent there; one sector in ten is led by its owner alone; in each patrol one
in five of the rest has no commander free. Weights are 1 to 5. No part of the system
runs; all is one thread, and times are its processor's.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from fractions import Fraction
from random import Random
from time import process_time

from benchmarks.figures import Figure
from patrols.rotation import Slot, back_to_back, with_leads
from patrols.rotation.certificate import certificate
from patrols.rotation.exchange import what_if
from patrols.rotation.flow import feasible, smallest
from patrols.rotation.order import even, order
from patrols.rotation.repair import REPAIRED, repair
from patrols.rotation.windows import Windows
from patrols.rotation_check import findings

# Patrols, agencies and sectors.
SIZES = ((110, 4, 8), (560, 6, 20), (1500, 8, 40))
SEEDS = (1, 2, 3, 4, 5)
# Leads that are asked "what if another", per instance.
ASKED = 20


def instance(patrols: int, agencies: int, sectors: int, seed: int) -> list[Slot]:
    """Return a ledger without leads."""
    random = Random(seed)
    codes = [f"A{n}" for n in range(agencies)]
    weight = {code: random.randint(1, 5) for code in codes}
    who = []
    for number in range(sectors):
        owner = codes[number % agencies]
        others = [code for code in codes if code != owner]
        partners = random.sample(others, random.randint(1, min(3, len(others))))
        who.append((owner, [] if random.random() < 0.1 else partners))
    ledger = []
    for _patrol in range(patrols):
        owner, partners = random.choice(who)
        able = [code for code in [owner, *partners] if random.random() < 0.8]
        ledger.append(Slot({code: weight[code] for code in able or [owner]}))
    return ledger


@dataclass
class Found:
    """What the instances of one size gave; times in seconds, the longest of all."""

    seconds: dict[str, float] = field(default_factory=dict)
    counts: dict[str, float] = field(default_factory=dict)
    largest: Fraction = Fraction(0)

    def took(self, name: str, start: float, parts: int = 1) -> None:
        """Note how long something took since a moment, per part of it."""
        took = (process_time() - start) / parts
        self.seconds[name] = max(self.seconds.get(name, 0), took)

    def count(self, name: str, number: float) -> None:
        """Add to a count."""
        self.counts[name] = self.counts.get(name, 0) + number


def measure(
    sizes: Iterable[tuple[int, int, int]] = SIZES, seeds: Iterable[int] = SEEDS
) -> Iterator[Figure]:
    """Measure all sizes; the worst of the seeds, or the sum of counts."""
    for patrols, agencies, sectors in sizes:
        found = Found()
        for seed in seeds:
            _one(instance(patrols, agencies, sectors, seed), Random(seed), found)
        yield from _figures(f"rotation {patrols}x{agencies}", found)


def _one(ledger: list[Slot], random: Random, found: Found) -> None:
    start = process_time()
    windows = Windows.of(ledger)
    plan = feasible(windows, windows.under_one)
    found.took("plan", start)
    if plan is None:
        raise AssertionError("the theorem does not hold")
    start = process_time()
    level, _leads = smallest(windows)
    found.took("smallest bound", start)
    found.largest = max(found.largest, windows.value(level))

    start = process_time()
    best = order(ledger)
    found.took("order", start)
    found.count("repeats", back_to_back(ledger, best.leads))
    found.count("fewest", best.fewest)
    for leads in (windows.named(ledger, plan), best.leads):
        told = certificate(with_leads(ledger, leads))
        found.count("refused", bool(findings(told)))
        found.count("lead off", Fraction(told["reached"]) >= 1)
        pairs = zip(leads, ledger, strict=True)
        found.count("ineligible", sum(lead not in slot.weights for lead, slot in pairs))
    _surprise(ledger, {"": best.leads, "even": even(ledger).leads}, random, found)


def _surprise(
    ledger: list[Slot], plans: dict[str, list[str]], random: Random, found: Found
) -> None:
    """Cancel one in twenty of the patrols ahead; ask what if others led."""
    begun = len(ledger) // 4
    ahead = range(begun, len(ledger))
    cancelled = set(random.sample(ahead, len(ahead) // 20))
    left = [n for n in range(len(ledger)) if n not in cancelled]
    found.count("cancelled", len(cancelled))
    for name, leads in plans.items():
        done = with_leads(ledger, leads)
        start = process_time()
        repaired = repair(
            [done[n] if n < begun else ledger[n] for n in left],
            [leads[n] for n in left],
            bound=REPAIRED,
        )
        found.took("repair", start)
        found.count(f"changed {name}", len(repaired.changed))
    done = with_leads(ledger, plans[""])
    for place in random.sample(range(len(ledger)), ASKED):
        start = process_time()
        answers = what_if(done, place)
        found.took("what if", start, max(1, len(answers)))


def _figures(name: str, found: Found) -> Iterator[Figure]:
    counts, seconds = found.counts, found.seconds
    yield Figure(f"{name} plan", seconds["plan"], "s", floor=1, goal=0.1)
    yield Figure(
        f"{name} smallest bound", seconds["smallest bound"], "s", floor=5, goal=1
    )
    yield Figure(f"{name} largest smallest bound", float(found.largest), "leads")
    yield Figure(f"{name} plans a lead off", counts["lead off"], "", floor=0, goal=0)
    yield Figure(f"{name} ineligible leads", counts["ineligible"], "", floor=0, goal=0)
    yield Figure(f"{name} best order", seconds["order"], "s")
    # One more on both sides: the minimum may be none.
    above = (counts["repeats"] + 1) / (counts["fewest"] + 1)
    repeats, fewest = counts["repeats"], counts["fewest"]
    yield Figure(f"{name} back-to-back leads", repeats, "", fewest, above, 1.2, 1)
    yield Figure(f"{name} repair", seconds["repair"], "s")
    for plan, of_it in (("", ""), ("even", ", even plan")):
        changed = counts[f"changed {plan}"] / counts["cancelled"]
        title = f"{name} changed leads per cancellation{of_it}"
        yield Figure(title, changed, "", floor=1, goal=0.5)
    yield Figure(f"{name} certificates refused", counts["refused"], "", floor=0, goal=0)
    yield Figure(
        f"{name} what if", 1000 * seconds["what if"], "ms", floor=100, goal=100
    )
