"""Whom and what a reader may know of, in words, for the pages."""

from collections.abc import Iterable
from dataclasses import dataclass
from uuid import UUID

from django.db.models import Q

from agencies.models import Officer
from agencies.policy import Actor
from agencies.records import Record
from patrols.models import Patrol


@dataclass(frozen=True, slots=True)
class Known:
    """Whom and what one reader may know of, among all that some rows point to."""

    actor: Actor
    patrols: dict[UUID, str]
    officers: dict[UUID, str]

    @classmethod
    def of(
        cls,
        actor: Actor,
        *,
        records: Iterable[Record] = (),
        patrols: Iterable[UUID | None] = (),
        labels: Iterable[str] = (),
    ) -> "Known":
        """Read it in two queries, however many rows there are."""
        authors = {record.author_id for record in records} - {None}
        names = {lb.removeprefix("officer:") for lb in labels}
        wanted = {patrol for patrol in patrols if patrol is not None}
        officers = Officer.objects.visible_to(actor).filter(
            Q(pk__in=authors) | Q(username__in=names)
        )
        seen = Patrol.objects.visible_to(actor).filter(pk__in=wanted)
        return cls(
            actor=actor,
            patrols=dict(seen.values_list("pk", "ref")) if wanted else {},
            officers=dict(officers.values_list("pk", "username"))
            if authors or names
            else {},
        )

    def author(self, record: Record) -> str | None:
        """Return who wrote a record, if the reader may know of that officer."""
        name = self.officers.get(record.author_id) if record.author_id else None
        return f"officer:{name}" if name else None

    def person(self, label: str, agency_id: UUID | None = None) -> str | None:
        """Return who acted, for an agency: colleagues, and officers one may know."""
        kind, _colon, name = label.partition(":")
        is_known = kind == "officer" and name in self.officers.values()
        is_colleague = agency_id is not None and agency_id == self.actor.agency_id
        return label if is_known or is_colleague or label == self.actor.label else None
