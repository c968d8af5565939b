"""URLs of the watch and of escalation, below ``/incidents/``."""

from django.urls import path

from incidents.views import escalation, watch

urlpatterns = [
    path("watch/", watch.board, name="watch"),
    path("watch/new/", watch.new, name="duty-new"),
    path("watch/me/", watch.me, name="reach"),
    path("watch/<uuid:pk>/", watch.duty, name="duty"),
    path("watch/<uuid:pk>/edit/", watch.edit, name="duty-edit"),
    path("watch/<uuid:pk>/act/", watch.act, name="duty-act"),
    path(
        "watch/<uuid:pk>/hand-overs/<uuid:duty_hand_over_id>/",
        watch.answer,
        name="duty-answer",
    ),
    path("calls/", escalation.calls, name="calls"),
    path("escalations/", escalation.escalations, name="escalation-list"),
    path("escalations/<uuid:pk>/", escalation.escalation, name="escalation"),
    path("rules/", escalation.rules, name="escalationrule-list"),
    path("rules/new/", escalation.rule_new, name="escalationrule-new"),
    path("rules/<uuid:pk>/", escalation.rule, name="escalationrule"),
]
