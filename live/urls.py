"""URLs of ``live``."""

from django.urls import path

from live import health, views

urlpatterns = [
    path("", views.dashboard, name="dashboard"),
    path("livez", health.livez, name="livez"),
    path("readyz", health.readyz, name="readyz"),
]
