"""URLs: pages of each application, the API, the administration, health."""

from django.contrib import admin
from django.urls import include, path

from patrols.views import feeds

urlpatterns = [
    path("", include("live.urls")),
    path("patrols/", include("patrols.urls")),
    path("feeds/ical/<str:secret>.ics", feeds.file, name="feed-file"),
    path("incidents/", include("incidents.urls")),
    path("intel/", include("intel.urls")),
    path("", include("agencies.urls")),
    path("api/v1/", include("config.api")),
    path("admin/", admin.site.urls),
    path("", include("django_prometheus.urls")),
]

handler400 = "agencies.failures.bad_request"
handler403 = "agencies.failures.forbidden"
handler404 = "agencies.failures.not_found"
handler500 = "agencies.failures.broken"
