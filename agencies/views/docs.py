"""The API's documentation page: Swagger UI from our own origin."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from agencies.guards import public


@public
def page(request: HttpRequest) -> HttpResponse:
    """Show the API's description; its script reads it from the schema's URL."""
    return render(request, "agencies/docs.html")
