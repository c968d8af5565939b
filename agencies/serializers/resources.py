"""Absences, papers and assets: what they show, and what may be written of them."""

from typing import Any

from django.db.models import OuterRef
from rest_framework import serializers

from agencies.fields import (
    Bounded,
    Grantees,
    MarkingSerializer,
    MomentField,
    Seen,
    StrictSerializer,
    Text,
)
from agencies.interoperability import HIGHEST, LOWEST, MODES, MOST_BANDS
from agencies.models import (
    Absence,
    AbsenceKind,
    Agreement,
    Asset,
    AssetKind,
    AssetStatus,
    Authorisation,
    Certification,
    Maintenance,
    Post,
    State,
)
from agencies.policy import Actor
from agencies.serializers import OwnedSerializer, officer_seen
from agencies.serializers.seen import SeenAgreement, SeenOfficer
from agencies.shown import ShownSerializer, reference


class PersonalSerializer(ShownSerializer):
    """What is kept of an officer."""

    officer = serializers.CharField(read_only=True, allow_null=True)
    created_at = MomentField(read_only=True)
    updated_at = MomentField(read_only=True)

    COMMON = ["id", "officer", "version", "created_at", "updated_at"]

    @classmethod
    def expressions(cls, actor: Actor) -> dict[str, Any]:
        """Name the officer."""
        return {"officer": officer_seen("officer_id", actor)}


class AbsenceSerializer(PersonalSerializer):
    """A time in which an officer is away."""

    starts_at = MomentField(read_only=True)
    ends_at = MomentField(read_only=True)
    cancelled_at = MomentField(read_only=True, allow_null=True)

    class Meta:
        """Why, and from when to when."""

        model = Absence
        fields = [
            *PersonalSerializer.COMMON,
            "kind", "starts_at", "ends_at", "note", "cancelled_at",
        ]  # fmt: skip


class AbsenceChangeSerializer(StrictSerializer):
    """What may be changed of an absence."""

    kind = serializers.ChoiceField(AbsenceKind.choices, required=False)
    starts_at = MomentField(required=False)
    ends_at = MomentField(required=False)
    note = Text(max_length=200, required=False, allow_blank=True)


class AbsenceWriteSerializer(AbsenceChangeSerializer):
    """A new absence."""

    officer = SeenOfficer()
    kind = serializers.ChoiceField(AbsenceKind.choices)
    starts_at = MomentField()
    ends_at = MomentField()


PAPER = ["valid_from", "expires_on", "authority", "revoked_at"]


class CertificationSerializer(PersonalSerializer):
    """A certification; the code ``commander`` qualifies for command."""

    revoked_at = MomentField(read_only=True, allow_null=True)

    class Meta:
        """For what, by whom, from when, and its last day."""

        model = Certification
        fields = [*PersonalSerializer.COMMON, "code", "name", *PAPER]


class PaperChangeSerializer(StrictSerializer):
    """What may be changed of any paper; ``expires_on`` is its last day."""

    valid_from = serializers.DateField(required=False, allow_null=True)
    expires_on = serializers.DateField(required=False, allow_null=True)
    authority = Text(max_length=120, required=False, allow_blank=True)


class CertificationChangeSerializer(PaperChangeSerializer):
    """What may be changed of a certification."""

    name = Text(max_length=80, required=False)


class CertificationWriteSerializer(CertificationChangeSerializer):
    """A new certification; its code follows from the name."""

    officer = SeenOfficer()
    name = Text(max_length=80)


class AuthorisationSerializer(PersonalSerializer):
    """Leave to enter a territory."""

    revoked_at = MomentField(read_only=True, allow_null=True)
    territory = serializers.CharField(source="territory_id", read_only=True)
    agreement = serializers.CharField(read_only=True, allow_null=True)

    class Meta:
        """Where, on what ground, from when, and its last day."""

        model = Authorisation
        fields = [*PersonalSerializer.COMMON, "territory", "agreement", *PAPER]

    @classmethod
    def expressions(cls, actor: Actor) -> dict[str, Any]:
        """Name the agreement to its parties."""
        known = Agreement.objects.visible_to(actor)
        agreement = reference("agreement_id", known, "code")
        return {**super().expressions(actor), "agreement": agreement}


class AuthorisationChangeSerializer(PaperChangeSerializer):
    """What may be changed of an authorisation."""

    valid_from = serializers.DateField(required=False)
    agreement = SeenAgreement(required=False, allow_null=True)


class AuthorisationWriteSerializer(AuthorisationChangeSerializer):
    """A new authorisation."""

    officer = SeenOfficer()
    territory = serializers.SlugRelatedField(
        slug_field="code", queryset=State.objects.all()
    )
    valid_from = serializers.DateField()


class BandSerializer(StrictSerializer):
    """A range of frequencies in one mode."""

    from_mhz = serializers.FloatField(min_value=LOWEST, max_value=HIGHEST)
    to_mhz = serializers.FloatField(min_value=LOWEST, max_value=HIGHEST)
    mode = serializers.ChoiceField(sorted(MODES.items()))


class MaintenanceSerializer(ShownSerializer):
    """A time in which an asset is out of service."""

    starts_at = MomentField(read_only=True)
    ends_at = MomentField(read_only=True)

    class Meta:
        """From when to when, and why."""

        model = Maintenance
        fields = ["id", "starts_at", "ends_at", "reason"]


class MaintenanceWriteSerializer(StrictSerializer):
    """A new maintenance."""

    starts_at = MomentField()
    ends_at = MomentField()
    reason = Text(max_length=200, required=False, allow_blank=True)


class AssetSerializer(OwnedSerializer):
    """A vehicle, radio or other asset, with the maintenance that was planned."""

    post = serializers.UUIDField(read_only=True, allow_null=True)
    bands = BandSerializer(many=True, read_only=True)
    maintenance = MaintenanceSerializer(many=True, read_only=True)

    class Meta:
        """What it is, how it is called, and whether it can be used."""

        model = Asset
        fields = [
            *OwnedSerializer.COMMON,
            "code", "name", "kind", "status", "plate", "serial", "seats", "bands",
            "post", "note", "maintenance",
        ]  # fmt: skip

    @classmethod
    def expressions(cls, actor: Actor) -> dict[str, Any]:
        """Add the maintenance, and the post to those who see it."""
        planned = Maintenance.objects.visible_to(actor).filter(
            asset=OuterRef("pk"), cancelled_at=None
        )
        return {
            **super().expressions(actor),
            "post": reference("post_id", Post.objects.visible_to(actor)),
            "maintenance": MaintenanceSerializer.each(planned, actor),
        }


class Bands(Bounded):
    """A radio's bands."""

    child = BandSerializer()

    def __init__(self, **kwargs: Any) -> None:
        """Take no more than a radio can have."""
        kwargs.setdefault("max_length", MOST_BANDS)
        super().__init__(**kwargs)


class AssetChangeSerializer(MarkingSerializer):
    """What may be changed of an asset."""

    code = Text(max_length=24, required=False)
    name = Text(max_length=120, required=False)
    kind = serializers.ChoiceField(AssetKind.choices, required=False)
    status = serializers.ChoiceField(AssetStatus.choices, required=False)
    plate = Text(max_length=24, required=False, allow_blank=True)
    serial = Text(max_length=60, required=False, allow_blank=True)
    seats = serializers.IntegerField(
        min_value=0, max_value=1000, required=False, allow_null=True
    )
    bands = Bands(required=False)
    post = Seen(Post, required=False, allow_null=True)
    note = Text(max_length=200, required=False, allow_blank=True)


class AssetWriteSerializer(AssetChangeSerializer):
    """A new asset, and to whom it is released."""

    code = Text(max_length=24)
    name = Text(max_length=120)
    kind = serializers.ChoiceField(AssetKind.choices)
    release_to = Grantees(required=False)
