"""All settings, read from the environment; each is listed in ``docs/settings.md``.

Outside demo mode (``DEMO=1``) an unsafe or missing value refuses to start.
"""

from ipaddress import ip_network
from pathlib import Path

import structlog
from csp.constants import NONCE, NONE, SELF
from django.core.exceptions import ImproperlyConfigured
from environ import FileAwareEnv
from whitenoise.compress import Compressor

BASE_DIR = Path(__file__).resolve().parent.parent

env = FileAwareEnv()
if (BASE_DIR / "var" / "env").is_file():
    env.read_env(BASE_DIR / "var" / "env")

DEMO = env.bool("DEMO", default=False)
DEBUG = False
# Debian 12 has GDAL 3.6; shapes come as parsed GeoJSON, never as files or URLs.
SILENCED_SYSTEM_CHECKS = ["gis.W001"]
SECRET_KEY = env.str("SECRET_KEY")
SECRET_KEY_FALLBACKS = env.list("SECRET_KEY_FALLBACKS", default=[])
if not DEMO and (len(SECRET_KEY) < 50 or "insecure" in SECRET_KEY):
    raise ImproperlyConfigured("SECRET_KEY: at least 50 random characters")

PUBLIC_URL = env.str("PUBLIC_URL").rstrip("/")
IS_HTTPS = PUBLIC_URL.startswith("https://")
if not DEMO and not IS_HTTPS:
    raise ImproperlyConfigured("PUBLIC_URL: must be https outside demo mode")
ALLOWED_HOSTS = env.list("ALLOWED_HOSTS")
if not DEMO and "*" in ALLOWED_HOSTS:
    raise ImproperlyConfigured("ALLOWED_HOSTS: name the hosts")
CSRF_TRUSTED_ORIGINS = [PUBLIC_URL]

# Applications, highest first, as in the import contract.
INSTALLED_APPS = [
    *(["demo"] if DEMO else []),
    "intel",
    "incidents",
    "patrols",
    "live",
    "agencies",
    "agencies.apps.AdministrationConfig",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "whitenoise.runserver_nostatic",
    "django.contrib.staticfiles",
    "django.contrib.gis",
    "django.contrib.postgres",
    "channels",
    "rest_framework",
    "oauth2_provider",
    "drf_spectacular",
    "drf_spectacular_sidecar",
    "django_filters",
    "csp",
    "axes",
    "django_prometheus",
]

MIDDLEWARE = [
    "django_prometheus.middleware.PrometheusBeforeMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "csp.middleware.CSPMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "agencies.middleware.RequestIdMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "agencies.middleware.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "agencies.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    # Outside the transaction, so that its answer does not undo what it counted.
    "axes.middleware.AxesMiddleware",
    "agencies.middleware.ActorMiddleware",
    "agencies.middleware.RefusalMiddleware",
    "django_prometheus.middleware.PrometheusAfterMiddleware",
]

ROOT_URLCONF = "config.urls"
WSGI_APPLICATION = "config.wsgi.application"
ASGI_APPLICATION = "config.asgi.application"

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "csp.context_processors.nonce",
                "agencies.views.shell",
            ],
        },
    },
]

# One database, two roles: ``default`` is the application (owns nothing, cannot
# bypass row-level security), ``owner`` runs migrations only.
DATABASES = {
    "default": env.db_url("DATABASE_URL"),
    "owner": env.db_url("DATABASE_OWNER_URL", default=env.str("DATABASE_URL")),
}
for database in DATABASES.values():
    database["ENGINE"] = "django.contrib.gis.db.backends.postgis"
    database["CONN_MAX_AGE"] = env.int("DATABASE_CONNECTION_SECONDS", default=600)
    database["CONN_HEALTH_CHECKS"] = True
    database["DISABLE_SERVER_SIDE_CURSORS"] = True
    database["OPTIONS"] = {
        "connect_timeout": 5,
        "options": "-c statement_timeout=30000 -c lock_timeout=10000"
        " -c idle_in_transaction_session_timeout=60000",
    }
DATABASE_SYSTEM_ROLE = "karaul_system"
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

REDIS_URL = env.str("REDIS_URL")

AUTH_USER_MODEL = "agencies.Officer"
AUTHENTICATION_BACKENDS = [
    "axes.backends.AxesStandaloneBackend",
    "agencies.authentication.OfficerBackend",
]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": f"django.contrib.auth.password_validation.{name}"}
    for name in (
        "UserAttributeSimilarityValidator",
        "MinimumLengthValidator",
        "CommonPasswordValidator",
        "NumericPasswordValidator",
    )
]
CSRF_FAILURE_VIEW = "agencies.failures.csrf_failed"
LOGIN_URL = "login"
LOGIN_REDIRECT_URL = "dashboard"
LOGOUT_REDIRECT_URL = "login"

SESSION_COOKIE_AGE = env.int("SESSION_SECONDS", default=12 * 3600)
SESSION_IDLE_SECONDS = env.int("SESSION_IDLE_SECONDS", default=2 * 3600)
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = IS_HTTPS
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = CSRF_COOKIE_SAMESITE = "Lax"
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
SECURE_HSTS_SECONDS = 31536000 if IS_HTTPS else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = SECURE_HSTS_PRELOAD = IS_HTTPS
SECURE_SSL_REDIRECT = IS_HTTPS
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
SECURE_REDIRECT_EXEMPT = [r"^livez$", r"^readyz$"]
X_FRAME_OPTIONS = "DENY"
DATA_UPLOAD_MAX_MEMORY_SIZE = 2_621_440
DATA_UPLOAD_MAX_NUMBER_FIELDS = 500

CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [SELF],
        "script-src": [SELF, NONCE],
        # OpenLayers and htmx set element styles; no inline style sheets of ours.
        "style-src": [SELF, "'unsafe-inline'"],
        "img-src": [SELF, "data:"],
        "connect-src": [SELF],
        "object-src": [NONE],
        "base-uri": [NONE],
        "form-action": [SELF],
        "frame-ancestors": [NONE],
    },
}

AXES_FAILURE_LIMIT = 8
AXES_COOLOFF_TIME = 0.25
AXES_LOCKOUT_PARAMETERS = [["username", "ip_address"]]
AXES_RESET_ON_SUCCESS = True
AXES_LOCKOUT_CALLABLE = "agencies.failures.locked_out"
AXES_SENSITIVE_PARAMETERS = [
    "username",
    "ip_address",
    "client_secret",
    "old",
    "new",
    "again",
]
# The administration shows its records read-only, see agencies/admin.py.
AXES_ENABLE_ADMIN = False
AXES_IPWARE_META_PRECEDENCE_ORDER = ["HTTP_X_REAL_IP", "REMOTE_ADDR"]
AXES_VERBOSE = False
AXES_DISABLE_ACCESS_LOG = True

OAUTH2_PROVIDER_APPLICATION_MODEL = "agencies.Client"
OAUTH2_PROVIDER = {
    "ACCESS_TOKEN_EXPIRE_SECONDS": 3600,
    "SCOPES": {
        "agencies:read": "Read agencies, agreements, officers and posts",
        "patrols:read": "Read zones, routes, programmes, patrols and positions",
        "patrols:write": "Plan and run patrols, send positions",
        "incidents:read": "Read incidents",
        "incidents:write": "Report and handle incidents",
        "reports:read": "Read intelligence reports",
        "reports:write": "Write and release intelligence reports",
        "resources:read": "Read officers' absences and papers, and assets",
        "resources:write": "Keep officers' absences and papers, and assets",
        "events:read": "Read the live feed",
        "webhooks:read": "Read where events are sent to",
        "webhooks:write": "Set up, change and revoke webhooks",
    },
    "SCOPES_BACKEND_CLASS": "agencies.authentication.ClientScopes",
    "ALLOWED_GRANT_TYPES": ["client-credentials"],
}

REST_FRAMEWORK = {
    "DEFAULT_AUTHENTICATION_CLASSES": ["agencies.gateway.ActorAuthentication"],
    "DEFAULT_PERMISSION_CLASSES": ["agencies.gateway.HasScope"],
    "DEFAULT_RENDERER_CLASSES": ["agencies.gateway.OrjsonRenderer"],
    "DEFAULT_PARSER_CLASSES": ["agencies.gateway.StrictJSONParser"],
    "DEFAULT_PAGINATION_CLASS": "agencies.gateway.CursorPages",
    "DEFAULT_FILTER_BACKENDS": [],
    "DEFAULT_SCHEMA_CLASS": "agencies.openapi.Schema",
    "EXCEPTION_HANDLER": "agencies.problems.handle",
    "PAGE_SIZE": 50,
    "UNAUTHENTICATED_USER": None,
    "URL_FORMAT_OVERRIDE": None,
}
SPECTACULAR_SETTINGS = {
    "TITLE": "Karaul API",
    "DESCRIPTION": "Joint patrols, incidents and intelligence of several agencies.",
    "VERSION": "1.0.0",
    "SERVE_INCLUDE_SCHEMA": False,
    "SERVE_PERMISSIONS": ["rest_framework.permissions.AllowAny"],
    "SERVE_AUTHENTICATION": [],
    "SWAGGER_UI_DIST": "SIDECAR",
    "SWAGGER_UI_FAVICON_HREF": "SIDECAR",
    "COMPONENT_SPLIT_REQUEST": True,
    "SCHEMA_PATH_PREFIX": "/api/v1",
    "ENUM_NAME_OVERRIDES": {
        "AbsenceKind": "agencies.models.AbsenceKind",
        "AgencyKind": "agencies.models.AgencyKind",
        "AssetKind": "agencies.models.AssetKind",
        "AssetStatus": "agencies.models.AssetStatus",
        "Category": "incidents.models.Category",
        "CloseReason": "incidents.models.CloseReason",
        "FileKind": "agencies.attachments.FileKind",
        "IncidentState": "incidents.models.IncidentState",
        "PatrolSharing": "patrols.models.PatrolLogEntry.Sharing",
        "PatrolState": "patrols.models.PatrolState",
        "Purpose": "agencies.models.Purpose",
        "ReleaseScope": "agencies.records.ReleaseScope",
        "ResponseState": "incidents.models.ResponseState",
        "SectionStatus": "patrols.models.SectionStatus",
        "SharingEnum": "incidents.models.LogEntry.Sharing",
        "SitrepScope": "incidents.models.SitrepScope",
        "SitrepState": "incidents.models.SitrepState",
        "TLP": "agencies.policy.TLP",
        "TaskState": "incidents.models.TaskState",
    },
}

CELERY_BROKER_URL = REDIS_URL
CELERY_TASK_IGNORE_RESULT = True
CELERY_TASK_ACKS_LATE = True
CELERY_TASK_REJECT_ON_WORKER_LOST = True
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_TASK_TIME_LIMIT = 600
CELERY_BROKER_TRANSPORT_OPTIONS = {"visibility_timeout": 3600}
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_TASK_SERIALIZER = "json"
CELERY_ACCEPT_CONTENT = ["json"]
# What must not wait behind long work; a worker of its own (prompt) takes only this.
CELERY_TASK_ROUTES = {"incidents.tasks.keep_watch": {"queue": "prompt"}}
CELERY_TIMEZONE = "UTC"
CELERY_BEAT_SCHEDULE = {
    # What is late is left out: the next comes in a second.
    "keep-watch": {
        "task": "incidents.tasks.keep_watch",
        "schedule": 1.0,
        "options": {"expires": 1.0},
    },
    "send-mails": {
        "task": "incidents.tasks.send_mails",
        "schedule": 10.0,
        "options": {"expires": 10.0},
    },
    "open-patrols": {"task": "patrols.tasks.open_patrols", "schedule": 900.0},
    "watch-consents": {"task": "patrols.tasks.watch_consents", "schedule": 60.0},
    "watch-swaps": {"task": "patrols.tasks.watch_swaps", "schedule": 60.0},
    "solve-rosters": {"task": "patrols.tasks.solve_rosters", "schedule": 20.0},
    "mend-rosters": {"task": "patrols.tasks.mend_rosters", "schedule": 300.0},
    "end-expired-releases": {
        "task": "agencies.tasks.end_expired_releases",
        "schedule": 30.0,
    },
    "notice-expiring-papers": {
        "task": "agencies.tasks.notice_expiring_papers",
        "schedule": 3600.0,
    },
    "make-sitreps": {"task": "incidents.tasks.make_sitreps", "schedule": 30.0},
    "clear-old-keys": {
        "task": "agencies.tasks.clear_old_idempotency_keys",
        "schedule": 3600.0,
    },
    "deliver-webhooks": {
        "task": "live.tasks.deliver_webhooks",
        "schedule": 2.0,
        "options": {"expires": 2.0},
    },
    "clear-old-deliveries": {
        "task": "live.tasks.clear_old_deliveries",
        "schedule": 3600.0,
    },
    "scan-waiting-files": {
        "task": "agencies.tasks.scan_waiting_files",
        "schedule": 60.0,
    },
    "sweep-files": {"task": "agencies.tasks.sweep_files", "schedule": 3600.0},
    "clear-ended-logins": {
        "task": "agencies.tasks.clear_ended_logins",
        "schedule": 3600.0,
    },
}
# Tasks that follow an event, by its kind; started by the sequencer.
EVENT_TASKS: dict[str, list[str]] = {
    "programme.created": ["patrols.tasks.open_patrols"],
    "programme.changed": ["patrols.tasks.open_patrols"],
    "zone.changed": ["patrols.tasks.watch_consents"],
    "route.changed": ["patrols.tasks.watch_consents"],
    "roster.requested": ["patrols.tasks.solve_rosters"],
    "sitrep.requested": ["incidents.tasks.make_sitreps"],
    # The next one waits for its turn.
    "roster.ready": ["patrols.tasks.solve_rosters", "patrols.tasks.mend_rosters"],
    "roster.failed": ["patrols.tasks.solve_rosters", "patrols.tasks.mend_rosters"],
    # Whoever cannot go any more is found at once, whatever the reason.
    **{
        kind: ["patrols.tasks.mend_rosters"]
        for kind in (
            "absence.entered",
            "absence.changed",
            "absence.cancelled",
            "certification.changed",
            "certification.revoked",
            "authorisation.changed",
            "authorisation.revoked",
            "officer.changed",
            "asset.changed",
            "asset.maintenance_planned",
            "asset.maintenance_ended",
        )
    },
    "roster.published": ["patrols.tasks.mend_rosters", "patrols.tasks.watch_swaps"],
    # Duties that have changed hands, or are no more.
    "swap.approved": ["patrols.tasks.watch_swaps"],
    "patrol.started": ["patrols.tasks.watch_swaps"],
    "patrol.cancelled": ["patrols.tasks.watch_swaps"],
    # Who has to acknowledge it within what time, or need not any more.
    **{
        kind: ["incidents.tasks.keep_watch"]
        for kind in (
            "incident.reported",
            "incident.released",
            "incident.changed",
            "incident.withdrawn",
            "incident.resolved",
            "incident.closed",
        )
    },
}
# Where webhooks may lead beside the open internet; by http, too.
WEBHOOK_NETWORKS = [ip_network(one) for one in env.list("WEBHOOK_NETWORKS", default=[])]
# A worker that gives no sign of life for so long has lost the roster it worked on.
ROSTER_LEASE_SECONDS = env.float("ROSTER_LEASE_SECONDS", default=30)

# ``smtp+tls://user:password@host:587``; without it no mail is sent at all.
SENDS_MAIL = bool(env.str("EMAIL_URL", default=""))
vars().update(env.email_url("EMAIL_URL", default="dummymail://"))
EMAIL_TIMEOUT = 10
DEFAULT_FROM_EMAIL = env.str("MAIL_FROM", default="karaul@localhost")

LANGUAGE_CODE = "en"
_SPOKEN = [
    ("en", "English"),
    ("ru", "Русский"),
    ("kk", "Қазақша"),
    ("ky", "Кыргызча"),
    ("tg", "Тоҷикӣ"),
    ("uz", "Oʻzbekcha"),
    ("tk", "Türkmençe"),
]
LOCALE_PATHS = [BASE_DIR / "locale"]
# Only what is translated: else Django's own words and dates would follow the
# browser's language on a page that is otherwise in English.
LANGUAGES = [
    (code, name)
    for code, name in _SPOKEN
    if code == LANGUAGE_CODE or (BASE_DIR / "locale" / code).is_dir()
]
FORMAT_MODULE_PATH = "config.formats"
TIME_ZONE = "UTC"
USE_I18N = USE_TZ = True

STATIC_URL = "/static/"
STATIC_ROOT = BASE_DIR / "var" / "static"
STATICFILES_DIRS = [BASE_DIR / "static"]
# Every address of a static file has its hash, and no browser asks for sources of
# minified scripts unless somebody debugs: compressing both takes a minute of a start.
WHITENOISE_KEEP_ONLY_HASHED_FILES = True
WHITENOISE_SKIP_COMPRESS_EXTENSIONS = [*Compressor.SKIP_COMPRESS_EXTENSIONS, "map"]
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "config.static.Storage"},
}

# Attachments: where they lie, the largest of each kind, the scanner's hook.
MEDIA_FOLDER = Path(env.str("MEDIA_FOLDER", default=str(BASE_DIR / "var" / "files")))
ATTACHMENT_MIB = {
    "photo": env.int("ATTACHMENT_PHOTO_MIB", default=25),
    "video": env.int("ATTACHMENT_VIDEO_MIB", default=150),
    "document": env.int("ATTACHMENT_DOCUMENT_MIB", default=25),
}
# All files of one request together; the proxy asks the same.
UPLOAD_MIB = env.int("UPLOAD_MIB", default=200)
ATTACHMENT_SCAN = env.str("ATTACHMENT_SCAN", default="")
# Whether the proxy reads the files itself: it must be able to.
MEDIA_BY_PROXY = env.bool("MEDIA_BY_PROXY", default=False)
FILE_UPLOAD_HANDLERS = [
    "agencies.uploads.LimitedUpload",
    "django.core.files.uploadhandler.MemoryFileUploadHandler",
    "django.core.files.uploadhandler.TemporaryFileUploadHandler",
]

MAP_DISCLAIMER = env.str("MAP_DISCLAIMER", default="")

structlog.configure(
    processors=[
        structlog.contextvars.merge_contextvars,
        structlog.processors.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        structlog.processors.format_exc_info,
        structlog.processors.JSONRenderer(),
    ],
    logger_factory=structlog.stdlib.LoggerFactory(),
    cache_logger_on_first_use=True,
)
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {
        "json": {
            "()": "structlog.stdlib.ProcessorFormatter",
            "processor": structlog.processors.JSONRenderer(),
            "foreign_pre_chain": [
                structlog.contextvars.merge_contextvars,
                structlog.stdlib.add_log_level,
                structlog.stdlib.add_logger_name,
                structlog.processors.TimeStamper(fmt="iso", utc=True),
                structlog.processors.format_exc_info,
            ],
        },
        "plain": {"format": "%(message)s"},
    },
    "handlers": {
        "json": {"class": "logging.StreamHandler", "formatter": "json"},
        "plain": {"class": "logging.StreamHandler", "formatter": "plain"},
    },
    "root": {"handlers": ["json"], "level": env.str("LOG_LEVEL", default="INFO")},
    "loggers": {
        name: {"handlers": ["plain"], "level": "INFO", "propagate": False}
        for name in ("agencies", "live", "patrols", "incidents", "intel", "demo")
    }
    # They tell each page and each glyph that they print.
    | {name: {"level": "ERROR"} for name in ("weasyprint", "fontTools")}
    # A schedule of seconds would fill the log with three lines; what fails is told.
    | {
        name: {"level": "INFO" if env.bool("TASK_LOG", default=False) else "WARNING"}
        for name in ("celery.app.trace", "celery.beat", "celery.worker.strategy")
    },
}
