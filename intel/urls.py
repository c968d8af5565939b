"""URLs of ``intel``, below ``/intel/``."""

from django.urls import path

from intel import views

urlpatterns = [
    path("", views.reports, name="report-list"),
    path("new/", views.create, name="report-new"),
    path("<uuid:pk>/", views.report, name="report"),
    path("<uuid:pk>/edit/", views.edit, name="report-edit"),
    path("<uuid:pk>/end-validity/", views.end_validity, name="report-end-validity"),
    path("<uuid:pk>/releases/", views.release, name="report-release"),
    path(
        "<uuid:pk>/releases/<uuid:release_id>/end/",
        views.revoke,
        name="report-revoke",
    ),
]
