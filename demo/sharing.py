"""Whom an agency would release something to: its partners at a border."""

from __future__ import annotations

import random
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import cached_property

from agencies.models import Officer
from agencies.policy import TLP, Role
from demo.directory import Directory, Pact
from demo.geography import SectionSpec
from demo.history import Sharing

_REASONS = ["", "", "Joint response", "For information"]


@dataclass
class Circle:
    """An agency, a stretch of border, a moment, a purpose: who belongs to it."""

    directory: Directory
    agency: str
    section: SectionSpec
    at: datetime
    purpose: str

    @property
    def rng(self) -> random.Random:
        """The generator that everything is drawn from."""
        return self.directory.rng

    @property
    def neighbour(self) -> str:
        """The state on the other side."""
        one, other = self.section.states
        return other if self.agency.startswith(one) else one

    @cached_property
    def pacts(self) -> list[Pact]:
        """The agreements that serve here, the border's own before wider ones."""
        found = self.directory.pacts_of(self.agency, self.purpose, self.at)
        here = [pact for pact in found if self.section.pair in pact.pairs]
        return sorted(here, key=lambda pact: pact.agreement.is_multilateral)

    @cached_property
    def kin(self) -> list[str]:
        """The other agencies of the same state."""
        own = self.agency
        return [c for c in self.directory.agencies if c[:2] == own[:2] and c != own]

    @cached_property
    def partners(self) -> list[str]:
        """The neighbour's agencies, the colleague of the same kind first."""
        known = self.directory.agencies
        kind = known[self.agency].kind
        found = [code for code in known if code.startswith(self.neighbour)]
        found.sort(key=lambda code: known[code].kind != kind)
        return found or self.kin

    def shared(self, tlp: str, author: Officer) -> list[Sharing]:
        """Draw the releases that a marking admits."""
        if tlp == TLP.RED:
            return self._to_officer(author)
        if tlp == TLP.AMBER_STRICT:
            count = self.rng.randint(1, 2)
            return [Sharing(f"agency:{code}") for code in self.partners[:count]]
        grantees = self._agreements()
        if not grantees or self.rng.random() < 0.15:
            grantees += [f"agency:{code}" for code in self.partners[:1]]
        if self.rng.random() < 0.3:
            grantees.append(f"agency:{self.rng.choice(self.kin)}")
        shared = [self._varied(Sharing(to)) for to in dict.fromkeys(grantees)]
        if tlp in (TLP.GREEN, TLP.CLEAR) and self.rng.random() < 0.35:
            shared.append(Sharing("agency:XX-OBS", reason="Monitoring"))
        return shared

    def _to_officer(self, author: Officer) -> list[Sharing]:
        """TLP:RED goes to one person: a liaison officer whom the author can know."""
        now = self.directory.now
        known = {
            code
            for pact in self.directory.pacts_of(self.agency, self.purpose, now)
            for code in pact.present(now)
        }
        able = [
            officer.username
            for code in sorted(known - {self.agency})
            if code.startswith(self.neighbour)
            for officer in self.directory.officers[code]
            if Role.LIAISON in officer.roles
        ]
        return [Sharing(f"officer:{name}", reason="For you alone") for name in able[:1]]

    def _agreements(self) -> list[str]:
        """Draw the border's own agreement, sometimes a wider one too."""
        if not self.pacts or self.rng.random() < 0.12:
            return []
        grantees = [f"agreement:{self.pacts[0].code}"]
        if len(self.pacts) > 1 and self.rng.random() < 0.35:
            grantees.append(f"agreement:{self.pacts[1].code}")
        return grantees

    def _varied(self, sharing: Sharing) -> Sharing:
        """Let a release come later, run out some day, or have been ended."""
        rng, now = self.rng, self.directory.now
        age, chance = now - self.at, rng.random()
        sharing = replace(sharing, reason=rng.choice(_REASONS))
        if chance < 0.05:
            later = self.at + timedelta(seconds=rng.uniform(30, 100))
            return replace(sharing, at=later)
        if chance < 0.11:
            return replace(sharing, expires_at=now + timedelta(days=rng.uniform(5, 25)))
        if chance < 0.13 and age > timedelta(days=5):
            return replace(sharing, ended_at=self.at + age * rng.uniform(0.4, 0.9))
        return sharing
