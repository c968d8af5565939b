"""The representations of this application's rows, and what may be written."""

from collections.abc import Iterable
from typing import Any
from uuid import UUID

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from agencies.fields import (
    MAX_CODES,
    GeometryField,
    MarkingSerializer,
    MomentField,
    StrictSerializer,
)
from agencies.models import (
    Agency,
    Agreement,
    Officer,
    Party,
    Post,
    Release,
)
from agencies.policy import MAX_LEVEL, TLP, Actor
from agencies.records import Owned, Record, ReleaseScope


class AgencyCode(serializers.SlugRelatedField[Agency]):
    """An agency by its code; the directory of agencies is open to all."""

    def __init__(self, **kwargs: Any) -> None:
        """Look agencies up by code."""
        if not kwargs.get("read_only"):
            kwargs.setdefault("queryset", Agency.objects.all())
        super().__init__(slug_field="code", **kwargs)


class AgencySerializer(serializers.ModelSerializer[Agency]):
    """An agency."""

    state = serializers.CharField(source="state_id", read_only=True, allow_null=True)

    class Meta:
        """All columns."""

        model = Agency
        fields = ["id", "code", "name", "kind", "state", "languages", "time_zone"]


class OfficerSerializer(serializers.ModelSerializer[Officer]):
    """An officer; partners see liaison officers without their clearance."""

    agency = AgencyCode(read_only=True)

    class Meta:
        """Nothing about log-in."""

        model = Officer
        fields = ["id", "username", "name", "agency", "rank", "call_sign"]
        extra_fields = ["languages", "roles", "clearance", "is_active"]

    def to_representation(self, instance: Officer) -> dict[str, Any]:
        """Add the inner fields for the officer's own agency."""
        data: dict[str, Any] = super().to_representation(instance)
        actor = self.context.get("actor")
        if isinstance(actor, Actor) and actor.agency_id == instance.agency_id:
            data |= {name: getattr(instance, name) for name in self.Meta.extra_fields}
        return data


class PartySerializer(serializers.ModelSerializer[Party]):
    """One agency's membership."""

    agency = AgencyCode(read_only=True)
    joined_at = MomentField(read_only=True)
    left_at = MomentField(read_only=True, allow_null=True)

    class Meta:
        """Interval and entitlement."""

        model = Party
        fields = ["agency", "weight", "joined_at", "left_at"]


class AgreementSerializer(serializers.ModelSerializer[Agreement]):
    """A legal basis, for its parties."""

    parties = PartySerializer(many=True, read_only=True)
    area = GeometryField("MultiPolygon", read_only=True, allow_null=True)

    class Meta:
        """What it permits, and who takes part."""

        model = Agreement
        fields = [
            "id",
            "code",
            "name",
            "is_multilateral",
            "signed_on",
            "in_force_from",
            "in_force_until",
            "purposes",
            "area",
            "max_crossing_m",
            "max_tlp",
            "parties",
        ]


class ReleaseSerializer(serializers.ModelSerializer[Release]):
    """One release."""

    expires_at = MomentField(read_only=True, allow_null=True)
    created_at = MomentField(read_only=True)
    scope = serializers.SerializerMethodField()

    class Meta:
        """To whom, how much, why, until when."""

        model = Release
        fields = ["id", "grantee", "scope", "reason", "created_at", "expires_at"]

    def get_scope(self, made: Release) -> str:
        """Return how much; a grantee is not told that it reads a tear line."""
        return made.scope if self.context["actor"].owns(made) else ReleaseScope.FULL


class OwnReleaseSerializer(ReleaseSerializer):
    """One release, for the agency that made it, with what it is of."""

    record = serializers.SerializerMethodField()
    ended_at = MomentField(read_only=True, allow_null=True)

    class Meta(ReleaseSerializer.Meta):
        """With the record, and when it ended."""

        fields = ["record", *ReleaseSerializer.Meta.fields, "ended_at"]

    def get_record(self, made: Release) -> dict[str, str]:
        """Return type and id, as events name their subject."""
        return {"type": made.record_type, "id": str(made.record_id)}


class ReleaseWriteSerializer(StrictSerializer):
    """A new release."""

    grantee = serializers.CharField(max_length=80)
    scope = serializers.ChoiceField(ReleaseScope.choices, default=ReleaseScope.FULL)
    reason = serializers.CharField(max_length=300, allow_blank=True, default="")
    expires_at = MomentField(allow_null=True, default=None)


def releases_of(rows: Iterable[Owned], actor: Actor) -> dict[Any, list[dict[str, Any]]]:
    """Return the live releases of some records, those that the actor may know of.

    An owner finds the releases of a record's tear line beside the record's own.
    """
    known = list(rows)
    found: dict[Any, list[dict[str, Any]]] = {row.pk: [] for row in known}
    places: dict[Any, set[Any]] = {pk: {pk} for pk in found}
    for tear_line, record in _own_tear_lines(known, actor):
        places.setdefault(tear_line, set()).add(record)
    live = Release.objects.visible_to(actor).live().filter(record_id__in=list(places))
    for made in live:
        shown = dict(ReleaseSerializer(made, context={"actor": actor}).data)
        for place in places[made.record_id]:
            found[place].append(shown)
    return found


def _own_tear_lines(rows: list[Owned], actor: Actor) -> list[tuple[Any, Any]]:
    """Return (tear line, record) for those records that the actor's agency owns."""
    own = [row for row in rows if isinstance(row, Record) and actor.owns(row)]
    if not own:
        return []
    seen: Any = type(own[0]).objects.visible_to(actor)
    pairs = seen.filter(tear_line_of__in=[row.pk for row in own])
    return list(pairs.values_list("pk", "tear_line_of"))


class OwnedSerializer(serializers.ModelSerializer[Any]):
    """What every owned row shows: id, owner, marking, version, releases."""

    owner = AgencyCode(read_only=True)
    created_at = MomentField(read_only=True)
    updated_at = MomentField(read_only=True)
    releases = serializers.SerializerMethodField()

    COMMON = [
        "id",
        "owner",
        "tlp",
        "level",
        "version",
        "created_at",
        "updated_at",
        "releases",
    ]

    @extend_schema_field(ReleaseSerializer(many=True))
    def get_releases(self, row: Any) -> list[dict[str, Any]]:
        """Return the live releases that the actor may know of."""
        known = self.context.get("releases")
        if known is None:
            known = releases_of([row], self.context["actor"])
        found: list[dict[str, Any]] = known.get(row.pk, [])
        return found


class RecordSerializer(OwnedSerializer):
    """What every record shows beside that: the fuller record, to its owner."""

    tear_line_of = serializers.SerializerMethodField()

    def get_tear_line_of(self, row: Any) -> UUID | None:
        """Return the fuller record's id, to the owner alone."""
        actor: Actor = self.context["actor"]
        return row.tear_line_of_id if actor.owns(row) else None


class PostSerializer(OwnedSerializer):
    """A post."""

    place = GeometryField("Point", read_only=True)

    class Meta:
        """Code, name and place."""

        model = Post
        fields = [*OwnedSerializer.COMMON, "code", "name", "place"]


class PostChangeSerializer(MarkingSerializer):
    """What may be changed of a post."""

    code = serializers.CharField(max_length=24, required=False)
    name = serializers.CharField(max_length=120, required=False)
    place = GeometryField("Point", required=False)


class PostWriteSerializer(StrictSerializer):
    """A new post, and to whom it is released."""

    code = serializers.CharField(max_length=24)
    name = serializers.CharField(max_length=120)
    place = GeometryField("Point")
    tlp = serializers.ChoiceField(TLP.choices, default=TLP.AMBER)
    level = serializers.IntegerField(min_value=0, max_value=MAX_LEVEL, default=0)
    release_to = serializers.ListField(
        child=serializers.CharField(max_length=80),
        max_length=MAX_CODES,
        default=list,
    )
