"""Who sees an incident, as its owner is told over REST."""

from typing import Any

from rest_framework import serializers

from agencies.fields import MomentField
from agencies.records import ReleaseScope


class OpenedSerializer(serializers.Serializer[Any]):
    """What one agency did; people are null for whoever may not know of them."""

    agency = serializers.CharField()
    acknowledged_at = MomentField(allow_null=True)
    acknowledged_by = serializers.CharField(allow_null=True)
    first_at = MomentField(allow_null=True, help_text="opened for the first time")
    first_by = serializers.CharField(allow_null=True)
    last_at = MomentField(allow_null=True, help_text="opened for the last time")
    last_by = serializers.CharField(allow_null=True)


class ReaderSerializer(serializers.Serializer[Any]):
    """A grantee by its latest release: what it gets, and who opened it when."""

    grantee = serializers.CharField(source="release.grantee")
    scope = serializers.ChoiceField(ReleaseScope.choices, source="release.scope")
    level = serializers.IntegerField()
    released_at = MomentField(source="release.created_at")
    released_by = serializers.CharField(source="release.granted_by")
    expires_at = MomentField(source="release.expires_at", allow_null=True)
    is_live = serializers.BooleanField(source="release.is_live")
    agencies = OpenedSerializer(many=True)
