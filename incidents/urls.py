"""URLs of ``incidents``, below ``/incidents/``."""

from django.urls import path

from incidents.views import incident, lists, verbs

urlpatterns = [
    path("", lists.incidents, name="incident-list"),
    path("open/", lists.open_incidents, name="incident-open"),
    path("map.geojson", lists.incident_map, name="incident-map"),
    path("new/", incident.create, name="incident-new"),
    path("<uuid:pk>/", incident.incident, name="incident"),
    path("<uuid:pk>/edit/", incident.edit, name="incident-edit"),
    path("<uuid:pk>/acknowledge/", verbs.acknowledge, name="incident-acknowledge"),
    path("<uuid:pk>/assign/", verbs.assign, name="incident-assign"),
    path(
        "<uuid:pk>/responses/<uuid:response_id>/",
        verbs.advance,
        name="incident-advance",
    ),
    path("<uuid:pk>/log/", verbs.write_log, name="incident-log"),
    path("<uuid:pk>/resolve/", verbs.resolve, name="incident-resolve"),
    path("<uuid:pk>/close/", verbs.close, name="incident-close"),
    path("<uuid:pk>/releases/", verbs.release, name="incident-release"),
    path(
        "<uuid:pk>/releases/<uuid:release_id>/end/",
        verbs.revoke,
        name="incident-revoke",
    ),
]
