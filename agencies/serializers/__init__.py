"""The representations of this application's rows, and what may be written."""

from typing import Any

from django.db.models import Case, Exists, F, OuterRef, Q, Subquery, Value, When
from django.db.models.functions import Concat, Substr
from rest_framework import serializers

from agencies.fields import (
    GeometryField,
    Grantees,
    MarkingSerializer,
    MomentField,
    RefSerializer,
    StrictSerializer,
    Text,
)
from agencies.models import (
    Agency,
    Agreement,
    Officer,
    Party,
    Post,
    Release,
)
from agencies.policy import Actor, Role
from agencies.records import ReleaseScope
from agencies.shown import Object, ShownSerializer, for_owner, reference


class AgencyCode(serializers.SlugRelatedField[Agency]):
    """An agency by its code; the directory of agencies is open to all."""

    def __init__(self, **kwargs: Any) -> None:
        """Look agencies up by code."""
        if not kwargs.get("read_only"):
            kwargs.setdefault("queryset", Agency.objects.all())
        super().__init__(slug_field="code", **kwargs)


def officer_seen(name: str, actor: Actor) -> Subquery:
    """Return an officer as ``officer:NAME``, null if the reader may not know of them.

    ``name`` is the column of the officer's id.
    """
    label = Concat(Value("officer:"), "username")
    return reference(name, Officer.objects.visible_to(actor), label)


def person_seen(label: str, actor: Actor, *, colleagues: str = "") -> Case:
    """Return who acted: oneself, colleagues, and officers whom the reader may know.

    ``colleagues`` names the column of the agency for which they acted.
    """
    known = Officer.objects.visible_to(actor).filter(
        username=Substr(OuterRef(label), len("officer:") + 1)
    )
    is_shown = Q(**{label: actor.label})
    is_shown |= Q(Exists(known), **{f"{label}__startswith": "officer:"})
    if colleagues and actor.agency_id:
        is_shown |= Q(**{colleagues: actor.agency_id})
    return Case(When(is_shown, then=F(label)))


class AgencySerializer(ShownSerializer):
    """An agency."""

    state = serializers.CharField(source="state_id", read_only=True, allow_null=True)

    class Meta:
        """All columns."""

        model = Agency
        fields = ["id", "code", "name", "kind", "state", "languages", "time_zone"]


class OfficerSerializer(ShownSerializer):
    """An officer; but to colleagues languages, roles, clearance and state are null."""

    agency = AgencyCode(read_only=True)
    languages = serializers.JSONField(read_only=True, allow_null=True)
    roles = serializers.ListField(
        child=serializers.ChoiceField(Role.choices), read_only=True, allow_null=True
    )
    clearance = serializers.IntegerField(read_only=True, allow_null=True)
    is_active = serializers.BooleanField(read_only=True, allow_null=True)

    # Shown to the officer's own agency.
    INNER = ("languages", "roles", "clearance", "is_active")

    class Meta:
        """Nothing about log-in."""

        model = Officer
        fields = [
            "id",
            "username",
            "name",
            "agency",
            "rank",
            "call_sign",
            "languages",
            "roles",
            "clearance",
            "is_active",
        ]

    @classmethod
    def expressions(cls, actor: Actor) -> dict[str, Any]:
        """Keep the inner fields to the officer's own agency."""
        is_own = Q(agency=actor.agency_id)
        return {name: Case(When(is_own, then=F(name))) for name in cls.INNER}


class PartySerializer(ShownSerializer):
    """One agency's membership."""

    agency = AgencyCode(read_only=True)
    joined_at = MomentField(read_only=True)
    left_at = MomentField(read_only=True, allow_null=True)

    class Meta:
        """Interval and entitlement."""

        model = Party
        fields = ["agency", "weight", "joined_at", "left_at"]


class AgreementSerializer(ShownSerializer):
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

    @classmethod
    def expressions(cls, actor: Actor) -> dict[str, Any]:
        """Add the parties."""
        parties = Party.objects.visible_to(actor).filter(agreement=OuterRef("pk"))
        return {"parties": PartySerializer.each(parties, actor)}


class ReleaseSerializer(ShownSerializer):
    """One release."""

    expires_at = MomentField(read_only=True, allow_null=True)
    created_at = MomentField(read_only=True)

    class Meta:
        """To whom, how much, why, until when."""

        model = Release
        fields = ["id", "grantee", "scope", "reason", "created_at", "expires_at"]

    @classmethod
    def expressions(cls, actor: Actor) -> dict[str, Any]:
        """Say how much to the owner: a grantee is not told that it is a tear line."""
        return {"scope": for_owner("scope", actor, otherwise=ReleaseScope.FULL)}


class OwnReleaseSerializer(ReleaseSerializer):
    """One release, for the agency that made it, with what it is of."""

    record = RefSerializer(read_only=True)
    ended_at = MomentField(read_only=True, allow_null=True)

    class Meta(ReleaseSerializer.Meta):
        """With the record, and when it ended."""

        fields = ["record", *ReleaseSerializer.Meta.fields, "ended_at"]

    @classmethod
    def expressions(cls, actor: Actor) -> dict[str, Any]:
        """Add the record."""
        record = Object(type="record_type", id="record_id")
        return {**super().expressions(actor), "record": record}


class ReleaseWriteSerializer(StrictSerializer):
    """A new release."""

    grantee = Text(max_length=80)
    scope = serializers.ChoiceField(ReleaseScope.choices, default=ReleaseScope.FULL)
    reason = Text(max_length=300, allow_blank=True, default="")
    expires_at = MomentField(allow_null=True, default=None)


class OwnedSerializer(ShownSerializer):
    """What every owned row shows: id, owner, marking, version, releases."""

    owner = AgencyCode(read_only=True)
    created_at = MomentField(read_only=True)
    updated_at = MomentField(read_only=True)
    releases = ReleaseSerializer(many=True, read_only=True)

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

    @classmethod
    def expressions(cls, actor: Actor) -> dict[str, Any]:
        """Add the live releases that the reader may know of."""
        live = Release.objects.visible_to(actor).live()
        known = live.filter(record_id__in=cls.released_as(actor))
        return {"releases": ReleaseSerializer.each(known, actor)}

    @classmethod
    def released_as(cls, actor: Actor) -> list[Any]:
        """Return the ids whose releases are shown at a row: its own."""
        return [OuterRef("pk")]


class RecordSerializer(OwnedSerializer):
    """What every record shows beside that: the fuller record, to its owner.

    The owner also finds the releases of a record's tear line at the record.
    """

    tear_line_of = serializers.UUIDField(read_only=True, allow_null=True)

    @classmethod
    def expressions(cls, actor: Actor) -> dict[str, Any]:
        """Show the fuller record's id to those of its owner who see it."""
        records: Any = cls.Meta.model
        own = records.objects.visible_to(actor).filter(owner=actor.agency_id)
        fuller = reference("tear_line_of_id", own)
        return {**super().expressions(actor), "tear_line_of": fuller}

    @classmethod
    def released_as(cls, actor: Actor) -> list[Any]:
        """Add the tear line, for the owner."""
        records: Any = cls.Meta.model
        tear_line = records.objects.visible_to(actor).filter(
            tear_line_of=OuterRef(OuterRef("pk")), owner=actor.agency_id
        )
        return [*super().released_as(actor), Subquery(tear_line.values("pk"))]


class PostSerializer(OwnedSerializer):
    """A post."""

    place = GeometryField("Point", read_only=True)

    class Meta:
        """Code, name and place."""

        model = Post
        fields = [*OwnedSerializer.COMMON, "code", "name", "place"]


class PlaceChange(MarkingSerializer):
    """What may be changed of any place."""

    code = Text(max_length=24, required=False)
    name = Text(max_length=120, required=False)


class PlaceWrite(PlaceChange):
    """What any new place needs."""

    code = Text(max_length=24)
    name = Text(max_length=120)
    release_to = Grantees(required=False)


class PostChangeSerializer(PlaceChange):
    """What may be changed of a post."""

    place = GeometryField("Point", required=False)


class PostWriteSerializer(PlaceWrite):
    """A new post, and to whom it is released."""

    place = GeometryField("Point")
