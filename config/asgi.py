"""ASGI entry of the ``live`` process: the one WebSocket consumer."""

import os

from django.core.asgi import get_asgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
# Sets Django up; pages and API are served over WSGI (config/wsgi.py).
get_asgi_application()

from channels.routing import ProtocolTypeRouter, URLRouter  # noqa: E402
from django.urls import path, re_path  # noqa: E402

from config.memory import settle  # noqa: E402
from live.consumers import LiveConsumer  # noqa: E402
from live.server import lifespan, refuse, status  # noqa: E402

sockets = URLRouter(
    [
        path("ws/live/", LiveConsumer.as_asgi()),  # type: ignore[no-untyped-call]
        re_path("", refuse),  # type: ignore[arg-type]
    ]
)

application = ProtocolTypeRouter(
    {"websocket": sockets, "http": status, "lifespan": lifespan}
)
settle()
