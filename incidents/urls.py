"""URLs of ``incidents``, below ``/incidents/``."""

from django.urls import include, path

from agencies.views import files
from incidents.views import (
    attachments,
    console,
    incident,
    life,
    lists,
    printing,
    standing,
    verbs,
)

urlpatterns = [
    path("", include("incidents.watch_urls")),
    path("", include("incidents.looking_back_urls")),
    path("", lists.incidents, name="incident-list"),
    path("open/", lists.open_incidents, name="incident-open"),
    path("map.geojson", lists.incident_map, name="incident-map"),
    path("filters/", console.filters, name="incident-filters"),
    path("acknowledge/", console.acknowledge, name="incident-acknowledge-many"),
    path("tasks/", life.task_list, name="incident-tasks"),
    path("new/", incident.create, name="incident-new"),
    path("standing/", standing.rules, name="standingrelease-list"),
    path("standing/new/", standing.new, name="standingrelease-new"),
    path("standing/<uuid:pk>/", standing.rule, name="standingrelease"),
    path("standing/<uuid:pk>/end/", standing.end, name="standingrelease-end"),
    path("<uuid:pk>/", incident.incident, name="incident"),
    path("<uuid:pk>/panel/", console.panel, name="incident-panel"),
    path("<uuid:pk>/edit/", incident.edit, name="incident-edit"),
    path("<uuid:pk>/print/", printing.print_incident, name="incident-print"),
    path("<uuid:pk>/acknowledge/", verbs.acknowledge, name="incident-acknowledge"),
    path("<uuid:pk>/assign/", verbs.assign, name="incident-assign"),
    path(
        "<uuid:pk>/responses/<uuid:response_id>/",
        verbs.advance,
        name="incident-advance",
    ),
    path("<uuid:pk>/log/", verbs.write_log, name="incident-log"),
    path("<uuid:pk>/read/", attachments.read_log, name="incident-log-read"),
    path("<uuid:pk>/attachments/", attachments.attach, name="incident-attach"),
    *files.urls("", "incident"),
    path("<uuid:pk>/confirm/", life.confirm, name="incident-confirm"),
    path("<uuid:pk>/contain/", life.contain, name="incident-contain"),
    path("<uuid:pk>/resolve/", life.resolve, name="incident-resolve"),
    path("<uuid:pk>/reopen/", life.reopen, name="incident-reopen"),
    path("<uuid:pk>/merge/", life.merge, name="incident-merge"),
    path("<uuid:pk>/unmerge/", life.unmerge, name="incident-unmerge"),
    path("<uuid:pk>/units/", life.propose, name="incident-units"),
    path("<uuid:pk>/dispatch/", life.dispatch, name="incident-dispatch"),
    path("<uuid:pk>/tasks/", life.set_task, name="incident-task-set"),
    path(
        "<uuid:pk>/tasks/<uuid:task_id>/",
        life.end_task,
        name="incident-task-end",
    ),
    path("<uuid:pk>/close/", verbs.close, name="incident-close"),
    path("<uuid:pk>/releases/", verbs.release, name="incident-release"),
    path(
        "<uuid:pk>/releases/<uuid:release_id>/end/",
        verbs.revoke,
        name="incident-revoke",
    ),
]
