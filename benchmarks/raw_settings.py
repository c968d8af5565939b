"""The product's settings, with nothing but raw SQL behind them (``benchmarks.raw``)."""

from os import environ

from config.settings import *  # noqa: F403
from config.settings import DATABASES

MIDDLEWARE = []
ROOT_URLCONF = "benchmarks.raw"
DATABASES["default"]["CONN_HEALTH_CHECKS"] = False
# The reader's keys hold for the whole connection: no statement is spent on them.
DATABASES["default"]["OPTIONS"]["options"] += f" -c app.keys={environ['BENCH_KEYS']}"
