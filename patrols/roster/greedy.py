"""A first roster, in order of time: the commander, those certified, then the rest.

Every hard rule holds at every step; what cannot be filled stays a gap. For each patrol
the crew's language is chosen that fills most places; for each place the officer who
costs least now, with a price on those who are rare: commanders and the certified.
"""

from patrols.roster.roster import Roster

# What it is worth to keep an officer free who can do what few can.
RARE = 40


class Greedy:
    """Fills patrols of a roster, one after the other."""

    def __init__(self, roster: Roster) -> None:
        self.roster = roster
        case = roster.case
        self.worth = [
            RARE * (one.is_commander + len(one.certificates)) for one in case.officers
        ]
        horizon = max(1, case.shape[1])
        # By when in the horizon an officer should have reached his fair share.
        self.pace = [p / horizon for p in range(case.shape[1])]

    def fill(self) -> None:
        """Fill all patrols in order of start."""
        for p in range(self.roster.case.shape[1]):
            self.fill_patrol(p)

    def fill_patrol(self, p: int) -> None:
        """Fill one patrol as far as can be."""
        roster, case = self.roster, self.roster.case
        free = {a: roster.free(p, a) for a in case.places[p] if roster.room(p, a)}
        if not free:
            return
        spoken = self._language(p, free)
        ranked = {
            a: sorted(
                (o for o in people if not spoken or case.speaks[o] & spoken),
                key=lambda o: self.price(o, p),
            )
            for a, people in free.items()
        }
        if not roster.has_commander(p):
            lead = case.agency.get(case.patrols[p].lead, -1)
            able = [o for o in ranked.get(lead, ()) if case.commands[o, p]]
            self._take(able, p)
        for name in sorted(roster.lacking(p)):
            self._certify(name, p, ranked)
        for people in ranked.values():
            for o in people:
                if o not in roster.crews[p] and roster.fits(o, p):
                    roster.add(o, p)

    def _certify(self, name: str, p: int, ranked: dict[int, list[int]]) -> None:
        roster, held = self.roster, self.roster.case.holds[name]
        able = sorted(
            (o for people in ranked.values() for o in people if held[o, p]),
            key=lambda o: self.price(o, p),
        )
        for _n in range(roster.lacking(p).get(name, 0)):
            self._take(able, p)

    def _take(self, able: list[int], p: int) -> None:
        for o in able:
            if o not in self.roster.crews[p] and self.roster.fits(o, p):
                self.roster.add(o, p)
                return

    def price(self, o: int, p: int) -> float:
        """Return what an officer costs here and now, as far as it can be told."""
        roster, case = self.roster, self.roster.case
        a, weights = case.agency_of[o], case.weights
        done = int(roster.counts[0, o])
        middle = (case.low[0, o] + case.high[0, o]) / 2
        price = int(case.pair[o, p]) + self.worth[o]
        price += weights.band * (done - middle * self.pace[p]) / 2
        for kind, weight in ((1, weights.nights), (2, weights.weekends)):
            if (
                case.counted[kind][a][p]
                and roster.counts[kind, o] >= case.high[kind, o]
            ):
                price += weight
        return float(price + weights.backward * int(roster.rears[o, p]))

    def _language(self, p: int, free: dict[int, list[int]]) -> int:
        """Return the language (a bit) that fills most places; 0 if none is asked."""
        roster, case = self.roster, self.roster.case
        possible = roster.common(p, roster.crews[p])
        best, chosen = (-1, -1, -1), 0
        while possible:
            bit = possible & -possible
            possible -= bit
            speakers = {
                a: [o for o in people if case.speaks[o] & bit]
                for a, people in free.items()
            }
            filled = sum(
                min(roster.room(p, a), len(people)) for a, people in speakers.items()
            )
            everybody = {o for people in speakers.values() for o in people}
            leads = roster.has_commander(p) or any(
                case.commands[o, p] for o in everybody
            )
            certified = sum(
                min(short, sum(bool(case.holds[name][o, p]) for o in everybody))
                for name, short in roster.lacking(p).items()
            )
            score = (2 * filled + leads + certified, len(everybody), -bit)
            if score > best:
                best, chosen = score, bit
        return chosen
