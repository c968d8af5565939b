"""What the live process counts, for its own ``/metrics``.

It is on the process's inner port only, which the proxy does not pass on: how much
happens in the journal is nobody's business outside.
"""

from prometheus_client import Counter, Gauge, Histogram

SOCKETS = Gauge("karaul_live_sockets", "Open sockets")
FRAMES = Counter("karaul_live_frames", "Frames queued for sockets")
CLOSED = Counter("karaul_live_closed", "Sockets closed by the server", ["code"])
LOOK_SECONDS = Histogram(
    "karaul_live_look_seconds",
    "Time of one look at the journal, for all sockets together",
    buckets=(0.002, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5),
)
OUTBOX_AGE = Gauge(
    "karaul_outbox_age_seconds", "Time that the oldest event has waited for its place"
)
