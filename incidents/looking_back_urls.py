"""URLs of what looks back on incidents: numbers, and situation reports."""

from django.urls import path

from incidents.views import numbers, sitreps

urlpatterns = [
    path("numbers/", numbers.page, name="incident-numbers"),
    path("numbers.csv", numbers.as_csv, name="incident-numbers-csv"),
    path("sitreps/", sitreps.sitreps, name="sitrep-list"),
    path("sitreps/verify/", sitreps.verify, name="sitrep-verify"),
    path("sitreps/<uuid:pk>/", sitreps.sitrep, name="sitrep"),
    path("sitreps/<uuid:pk>/progress/", sitreps.progress, name="sitrep-progress"),
    path("sitreps/<uuid:pk>/act/", sitreps.act, name="sitrep-act"),
    path("sitreps/<uuid:pk>/pdf/", sitreps.pdf, name="sitrep-pdf"),
]
