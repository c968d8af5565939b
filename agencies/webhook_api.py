"""``/api/v1/webhooks/``: where an agency's events are sent to."""

from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from agencies.actions import webhooks as actions
from agencies.fields import NothingSerializer
from agencies.filters import WebhookFilters
from agencies.gateway import actor_of
from agencies.policy import Actor, Permission
from agencies.rest import VersionedViewSet
from agencies.webhook_serializers import (
    DeliverySerializer,
    ReplayedSerializer,
    ReplaySerializer,
    WebhookChangeSerializer,
    WebhookSecretSerializer,
    WebhookSerializer,
    WebhookWriteSerializer,
)
from live.models import Delivery, Webhook

# Of one webhook, the newest first.
DELIVERIES = 200


class WebhookViewSet(VersionedViewSet):
    """Webhooks of one's own agency, for who keeps them and for its systems.

    No answer that holds a secret is kept for an ``Idempotency-Key``.
    """

    queryset = Webhook.objects.all()
    serializer_class = WebhookSerializer
    filterset_class = WebhookFilters
    scope = "webhooks"
    http_method_names = ["get", "post", "patch", "head", "options"]
    answered_anew = frozenset({"create", "renew_secret"})

    def narrowed(self, rows: Any, actor: Actor) -> Any:
        """Show officers nothing that they do not keep: addresses may hold secrets."""
        is_system = actor.scopes is not None
        return rows if is_system or actor.may(Permission.WEBHOOK_KEEP) else rows.none()

    @extend_schema(
        request=WebhookWriteSerializer, responses={201: WebhookSecretSerializer}
    )
    def create(self, request: Request) -> Response:
        """Send events to an address from now on; the secret is told this one time."""
        given = self.input(WebhookWriteSerializer)
        row, secret = actions.create_webhook(by=actor_of(request), **given)
        response = _told(row, secret, status=201)
        response["Location"] = self.address_of(row)
        return response

    @extend_schema(request=WebhookChangeSerializer, responses=WebhookSerializer)
    def partial_update(self, request: Request, pk: str) -> Response:
        """Change name, address, kinds; pause it or go on. Needs ``If-Match``."""
        row, given = self.to_change(WebhookChangeSerializer, is_needed=True)
        return self.answer(
            actions.change_webhook(webhook=row, by=actor_of(request), **given)
        )

    @extend_schema(request=NothingSerializer, responses=WebhookSecretSerializer)
    @action(detail=True, methods=["post"], url_path="renew-secret")
    def renew_secret(self, request: Request, pk: str) -> Response:
        """Give it a new secret; for a day the old one signs, too."""
        row, _none = self.to_change(NothingSerializer)
        return _told(*actions.renew_webhook_secret(webhook=row, by=actor_of(request)))

    @extend_schema(request=NothingSerializer, responses=WebhookSerializer)
    @action(detail=True, methods=["post"])
    def revoke(self, request: Request, pk: str) -> Response:
        """Send nothing more, for good; doing it again is harmless."""
        row, _none = self.to_change(NothingSerializer)
        return self.answer(actions.revoke_webhook(webhook=row, by=actor_of(request)))

    @extend_schema(request=NothingSerializer, responses=WebhookSerializer)
    @action(detail=True, methods=["post"])
    def test(self, request: Request, pk: str) -> Response:
        """Record the event ``webhook.tested``, to see it arrive."""
        row, _none = self.to_change(NothingSerializer)
        actions.test_webhook(webhook=row, by=actor_of(request))
        return self.answer(row)

    @extend_schema(request=ReplaySerializer, responses=ReplayedSerializer)
    @action(detail=True, methods=["post"])
    def replay(self, request: Request, pk: str) -> Response:
        """Send again what was given up, or everything since a moment."""
        row, given = self.to_change(ReplaySerializer)
        count = actions.replay_webhook(webhook=row, by=actor_of(request), **given)
        return Response({"count": count})

    @extend_schema(responses=DeliverySerializer(many=True))
    @action(detail=True, methods=["get"])
    def deliveries(self, request: Request, pk: str) -> Response:
        """List what was sent to it lately, the newest first."""
        actor = actor_of(request)
        rows = Delivery.objects.visible_to(actor).filter(webhook=self.get_object())
        return Response({"results": DeliverySerializer.all(rows[:DELIVERIES], actor)})


def _told(row: Webhook, secret: str, status: int = 200) -> Response:
    made = WebhookSecretSerializer({"id": row.pk, "secret": secret})
    return Response(made.data, status=status)
