"""WSGI entry of the ``web`` process: pages, API and admin."""

import os
from collections.abc import Iterable
from typing import TYPE_CHECKING

from django.core.wsgi import get_wsgi_application

from config.memory import settle

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIEnvironment

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")

django = get_wsgi_application()
settle()

PIECE = 64 * 1024
PATIENCE_SECONDS = 5.0


def application(
    environ: "WSGIEnvironment", start_response: "StartResponse"
) -> Iterable[bytes]:
    """Django's answer, with the request's body read to its end.

    Who refuses a request does not read its file. Closed with bytes left unread, the
    connection is reset, and the proxy may lose the answer and say 503 instead. How much
    there is to read, the proxy bounds; it sends a body at once, and who else asks and
    does not send it keeps no thread waiting.
    """
    answer = django(environ, start_response)
    connection = environ.get("gunicorn.socket")
    if connection is None:
        return answer  # A server of tests and of development.
    connection.settimeout(PATIENCE_SECONDS)
    try:
        while environ["wsgi.input"].read(PIECE):
            pass
    except OSError:
        pass  # The answer goes out all the same.
    finally:
        connection.settimeout(None)
    return answer
