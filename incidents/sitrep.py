"""What a situation report says of one day: plain data, from what its author sees.

Every query starts from what the author may see, and two reports of the same data say
the same, to the byte of :func:`hash_of`. Moments are RFC 3339 in UTC, codes are not
put into words: that is for whoever shows it.
"""

import base64
import hashlib
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import orjson
from django.utils import timezone
from django.utils.crypto import salted_hmac

from agencies.policy import TLP, Actor
from agencies.records import Guarded, Owned, record_model
from incidents.models import Sitrep, SitrepPaper
from patrols import calendar
from patrols.models import Patrol

MINUTE = timedelta(minutes=1)


@dataclass(slots=True)
class Draft:
    """A report as it is being written: what it says, and which rows it names."""

    content: dict[str, Any] = field(default_factory=dict)
    holds: dict[str, set[str]] = field(default_factory=dict)
    tlps: set[str] = field(default_factory=set)
    level: int = 0

    def hold(self, rows: Iterable[Guarded]) -> None:
        """Note rows that it names, and how they are marked."""
        for row in rows:
            self.holds.setdefault(row.type_name(), set()).add(str(row.pk))
            if isinstance(row, Owned):
                self.tlps.add(str(row.tlp))
                self.level = max(self.level, row.level)

    @property
    def tlp(self) -> str:
        """The strictest marking of what it names; that of a new record, if nothing."""
        return next((str(one) for one in TLP if one in self.tlps), str(TLP.AMBER))

    @property
    def held(self) -> dict[str, list[str]]:
        """The rows that it names, by type, in order."""
        return {name: sorted(ids) for name, ids in sorted(self.holds.items())}


@dataclass(frozen=True, slots=True)
class Day:
    """The day by the author's clock, and until when there is something to say of it."""

    on: date
    zone: ZoneInfo
    begin: datetime
    end: datetime
    until: datetime

    @classmethod
    def of(cls, sitrep: Sitrep) -> "Day":
        """Return a report's day; one that is not over lasts to the end of this minute.

        Not to this moment: two reports of the same data would say something else.
        """
        zone = ZoneInfo(sitrep.time_zone)
        begin, end = calendar.span([sitrep.day_on, sitrep.day_on], zone)
        now = timezone.now().replace(second=0, microsecond=0) + MINUTE
        return cls(
            sitrep.day_on,
            zone,
            begin.astimezone(UTC),
            end.astimezone(UTC),
            min(end, max(now, begin)).astimezone(UTC),
        )

    def hours(self, patrol: Patrol) -> float:
        """Return how long a patrol was out in the day, as far as it has come."""
        began = max(patrol.started_at or self.until, self.begin)
        ended = min(patrol.ended_at or self.until, self.until)
        return max(0.0, (ended - began).total_seconds() / 3600)


def hash_of(content: dict[str, Any]) -> str:
    """Return the SHA-256 of what a report says, in one order of its members."""
    return digest(orjson.dumps(content, option=orjson.OPT_SORT_KEYS))


def code_of(sitrep: Sitrep, content_hash: str) -> str:
    """Return what proves a report on paper: 80 bits that only the platform can make."""
    said = salted_hmac(
        "karaul.sitrep", f"{sitrep.pk}:{content_hash}", algorithm="sha256"
    )
    text = base64.b32encode(said.digest()[:10]).decode()
    return "-".join(text[n : n + 4] for n in range(0, 16, 4))


def is_open(holds: dict[str, list[str]], actor: Actor) -> bool:
    """Whether an actor still sees every row that a report names."""
    for name, ids in holds.items():
        rows: Any = record_model(name).objects.visible_to(actor).filter(pk__in=ids)
        if rows.count() < len(ids):
            return False
    return True


def rfc3339(moment: datetime) -> str:
    """Return a moment in UTC as a report keeps it."""
    return moment.astimezone(UTC).isoformat().replace("+00:00", "Z")


def digest(file: bytes) -> str:
    """Return the SHA-256 of a file."""
    return hashlib.sha256(file).hexdigest()


def paper_of(sitrep: Sitrep, actor: Actor) -> SitrepPaper | None:
    """Return what a report says, if its author still sees all that it names."""
    papers = SitrepPaper.objects.visible_to(actor).filter(sitrep=sitrep)
    paper = papers.first()
    return paper if paper and is_open(paper.holds, actor) else None
