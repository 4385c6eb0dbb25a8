"""Settings of the portal. Everything a station changes comes from the environment (docs/operating.md)."""

from pathlib import Path

from django.utils.translation import gettext_lazy as _

from ccoc import __version__
from ccoc.lib.env import DatabaseAddress, Env

BASE_DIR = Path(__file__).resolve().parent.parent

# Where this machine keeps what it makes: servers' data, pictures, logs, secrets.
VAR_DIR = Path(Env.read(Path("/nonexistent")).text("CCOC_VAR", str(BASE_DIR / "var")))
env = Env.read(VAR_DIR / "run" / "env.json")

# --- Who may reach us -----------------------------------------------------------------------------
DEBUG = env.flag("CCOC_DEBUG")
DEMO = env.flag("CCOC_DEMO")
TLS = env.flag("CCOC_TLS")  # a TLS proxy stands in front
SECRET_KEY = env.text("SECRET_KEY", "insecure-key-for-commands-without-a-running-stack")
ALLOWED_HOSTS = env.words("ALLOWED_HOSTS", "127.0.0.1,localhost,[::1]")
CSRF_TRUSTED_ORIGINS = env.words("CSRF_TRUSTED_ORIGINS")
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = TLS
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
SESSION_COOKIE_AGE = 12 * 3600  # one shift of eight hours, with its hand-over
CSRF_COOKIE_SAMESITE = "Strict"
CSRF_FAILURE_VIEW = "ccoc.errors.csrf_failure"
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if TLS else None
SECURE_HSTS_SECONDS = 31_536_000 if TLS else 0
SECURE_SSL_REDIRECT = False  # the proxy redirects; health checks arrive in plain HTTP
X_FRAME_OPTIONS = "DENY"
# The proxy redirects to HTTPS; a station does not own its parent domain: neither subdomains nor preload.
SILENCED_SYSTEM_CHECKS = ["security.W005", "security.W008", "security.W021"]
DATA_UPLOAD_MAX_MEMORY_SIZE = 5 * 2**20
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": ["'self'"],
        "img-src": ["'self'", "data:", "blob:", *env.words("MAP_TILE_ORIGINS")],
        "connect-src": ["'self'"],
        "object-src": ["'none'"],
        "base-uri": ["'none'"],
        "frame-ancestors": ["'none'"],
        "form-action": ["'self'"],
    }
}

# --- What it is made of ---------------------------------------------------------------------------
INSTALLED_APPS = [
    "ccoc.apps.AdminConfig",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django.contrib.postgres",
    "axes",
    "channels",
    "csp",
    "django_celery_beat",
    "django_filters",
    "django_htmx",
    "django_otp",
    "django_otp.plugins.otp_totp",
    "drf_spectacular",
    "drf_spectacular_sidecar",
    "leaflet",
    "rest_framework",
    "events.apps.EventsConfig",
    "accounts.apps.AccountsConfig",
    "alerts.apps.AlertsConfig",
    "cameras.apps.CamerasConfig",
    "cameras.recording.apps.RecordingConfig",
    "cameras.upkeep.apps.UpkeepConfig",
    "cameras.evidence.apps.EvidenceConfig",
    "cameras.onvif.apps.OnvifConfig",
    "plates.apps.PlatesConfig",
    "incidents.apps.IncidentsConfig",
    "ccoc.wall.apps.WallConfig",
    "ccoc.apps.CcocConfig",
    *(["ccoc.demo.apps.DemoConfig"] if DEMO else []),
]
MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "servestatic.middleware.ServeStaticMiddleware",
    "csp.middleware.CSPMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "ccoc.middleware.ChosenLanguageMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django_otp.middleware.OTPMiddleware",
    "accounts.middleware.WallDeviceMiddleware",
    "accounts.middleware.DenyByDefaultMiddleware",
    "accounts.middleware.OwnPasswordMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "axes.middleware.AxesMiddleware",
]
ROOT_URLCONF = "ccoc.urls"
ASGI_APPLICATION = "ccoc.asgi.application"
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
                "ccoc.context.portal",
            ],
            "builtins": ["ccoc.templatetags.thai"],
        },
    }
]
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

# --- People ---------------------------------------------------------------------------------------
AUTH_USER_MODEL = "accounts.User"
AUTHENTICATION_BACKENDS = [
    "axes.backends.AxesStandaloneBackend",
    "django.contrib.auth.backends.ModelBackend",
]
PASSWORD_HASHERS = [
    "django.contrib.auth.hashers.Argon2PasswordHasher",
    "django.contrib.auth.hashers.PBKDF2PasswordHasher",
]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {
        "NAME": "django.contrib.auth.password_validation.MinimumLengthValidator",
        "OPTIONS": {"min_length": 12},
    },
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]
LOGIN_URL = "accounts:sign-in"
LOGIN_REDIRECT_URL = "home"
LOGOUT_REDIRECT_URL = "accounts:sign-in"
AXES_FAILURE_LIMIT = 5
AXES_COOLOFF_TIME = 0.25  # hours
AXES_LOCKOUT_PARAMETERS = [["username", "ip_address"]]
AXES_RESET_ON_SUCCESS = True
AXES_LOCKOUT_CALLABLE = "accounts.views.locked_out"
AXES_VERBOSE = False
OTP_TOTP_ISSUER = "CCOC"

# --- Servers --------------------------------------------------------------------------------------
DATABASE_URL = env.text("DATABASE_URL", "postgresql://ccoc@127.0.0.1:5432/ccoc")
_address = DatabaseAddress.parse(DATABASE_URL)
DATABASES = {
    "default": {
        "ENGINE": "django.db.backends.postgresql",
        "HOST": _address.host,
        "PORT": _address.port,
        "NAME": _address.name,
        "USER": _address.user,
        "PASSWORD": _address.password,
        "CONN_HEALTH_CHECKS": True,
        "CONN_MAX_AGE": 60,
        "OPTIONS": {"connect_timeout": 5, "application_name": env.text("CCOC_PROCESS", "manage")},
    }
}
REDIS_URL = env.text("REDIS_URL", "redis://127.0.0.1:6379/0")
CACHES = {"default": {"BACKEND": "django.core.cache.backends.redis.RedisCache", "LOCATION": REDIS_URL}}
STACK_STATE_FILE = VAR_DIR / "run" / "supervisor.json"

CELERY_BROKER_URL = REDIS_URL
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_BROKER_TRANSPORT_OPTIONS = {
    # Without the two unacked settings a killed worker's task comes back after 100 s, with them after 11 s.
    "visibility_timeout": 60,
    "unacked_restore_interval": 2,
    "unacked_restore_throttle": 1,
}
CELERY_TASK_ACKS_LATE = True
CELERY_TASK_REJECT_ON_WORKER_LOST = True
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_TASK_IGNORE_RESULT = True
CELERY_TASK_SERIALIZER = "json"
CELERY_TASK_DEFAULT_QUEUE = "default"
CELERY_TASK_TIME_LIMIT = 50  # below the visibility timeout: a task never runs twice at once
CELERY_BEAT_SCHEDULER = "django_celery_beat.schedulers:DatabaseScheduler"
CELERY_TIMEZONE = "Asia/Bangkok"
CELERY_WORKER_HIJACK_ROOT_LOGGER = False

# --- Rooms ----------------------------------------------------------------------------------------
PICTURE_ROOT = Path(env.text("PICTURE_ROOT", str(VAR_DIR / "pictures")))
INGEST_SPOOL = Path(env.text("INGEST_SPOOL", str(VAR_DIR / "spool")))  # this host's own disk, never shared
LIVE_DOORS = Path(env.text("LIVE_DOORS", str(VAR_DIR / "run" / "live")))  # shared by ingest and web of a host
RECORDING_ROOT = Path(env.text("RECORDING_ROOT", str(VAR_DIR / "recordings")))
EVIDENCE_PLATE_FINDER = "plates.recognition.detector:Detector"  # hides plates in copies
EVIDENCE_ROOT = Path(env.text("EVIDENCE_ROOT", str(VAR_DIR / "evidence")))
RECORDING_SEGMENT_S = env.number("RECORDING_SEGMENT_S", 60)
RECORDING_LIMIT_BYTES = env.number("RECORDING_LIMIT_BYTES", 4 * 2**30 if DEMO else 0)  # 0: as much as fits
RECORDING_FLOOR_BYTES = env.number("RECORDING_FLOOR_BYTES", 20 * 2**30)  # free space that is made by shedding
RECORDING_RESERVE_BYTES = env.number("RECORDING_RESERVE_BYTES", 2**30)  # with less free nothing is recorded
STATION_FILE = Path(env.text("STATION_FILE", str(BASE_DIR / "ccoc" / "demo" / "station.json")))
CAMERA_NETWORKS = env.words(
    "CAMERA_NETWORKS", "127.0.0.0/8" if DEMO else "10.0.0.0/8,172.16.0.0/12,192.168.0.0/16"
)
CAMERA_INTERFACE = env.text("CAMERA_INTERFACE", "")  # our address on the cameras' side, to look for new ones
CAMERA_SECRET_KEY = env.text("CAMERA_SECRET_KEY", "")  # any text; derived from SECRET_KEY when empty
CAMERA_ANALYSERS = {"PLATES": "plates.recognition.lane:LaneAnalyser"}  # looks at cameras that read plates
CAMERA_DOWN_ALARM_S = env.number("CAMERA_DOWN_ALARM_S", 180)  # without a picture for so long: an alarm
MAP_TILES = env.text("MAP_TILES")  # tile address template or PMTiles file; empty: own drawing only
SOS_HEARTBEAT_LATE_S = 90  # EN 50136-1 category SP5

# --- Language and time ----------------------------------------------------------------------------
LANGUAGE_CODE = "th"
LANGUAGES = [("th", _("Thai")), ("en", _("English"))]
LOCALE_PATHS = [BASE_DIR / "locale"]
USE_TZ = True
TIME_ZONE = "Asia/Bangkok"

# --- Files and pages ------------------------------------------------------------------------------
STATIC_URL = "/static/"
STATIC_ROOT = VAR_DIR / "static"
STATICFILES_DIRS = [BASE_DIR / "static"]
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
}
SERVESTATIC_USE_FINDERS = True
SERVESTATIC_AUTOREFRESH = DEBUG
SERVESTATIC_ALLOW_ALL_ORIGINS = False
LEAFLET_CONFIG = {"TILES": [], "ATTRIBUTION_PREFIX": False, "RESET_VIEW": False}

# --- API ------------------------------------------------------------------------------------------
REST_FRAMEWORK = {
    "DEFAULT_AUTHENTICATION_CLASSES": ["accounts.authentication.PortalAuthentication"],
    "DEFAULT_PERMISSION_CLASSES": ["accounts.access.Denied"],
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
    "DEFAULT_PARSER_CLASSES": ["rest_framework.parsers.JSONParser"],
    "DEFAULT_SCHEMA_CLASS": "drf_spectacular.openapi.AutoSchema",
    "DEFAULT_PAGINATION_CLASS": "rest_framework.pagination.CursorPagination",
    "EXCEPTION_HANDLER": "ccoc.errors.api_error",
    "PAGE_SIZE": 50,
}
SPECTACULAR_SETTINGS = {
    "TITLE": "CCOC",
    "VERSION": __version__,
    "SERVE_INCLUDE_SCHEMA": False,
    "ENUM_NAME_OVERRIDES": {
        "AlertKind": "alerts.workflow.Kind",
        "AlertState": "alerts.workflow.State",
        "CameraKind": "cameras.models.Kind",
        "IncidentKind": "incidents.workflow.IncidentKind",
        "IncidentState": "incidents.workflow.IncidentState",
        "ShelveReason": "alerts.workflow.ShelveReason",
        "UnitKind": "incidents.workflow.UnitKind",
        "UnitState": "incidents.workflow.UnitState",
    },
}

# --- Logs -----------------------------------------------------------------------------------------
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"line": {"format": "%(asctime)s %(levelname)s %(name)s %(message)s"}},
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "line"}},
    "root": {"handlers": ["console"], "level": env.text("LOG_LEVEL", "INFO")},
    "loggers": {
        "django.channels.server": {"level": "WARNING"},
        "axes": {"level": "WARNING"},
        # A line for each of the sweeps, every second, would bury what matters.
        "celery.beat": {"level": "WARNING"},
        "celery.worker.strategy": {"level": "WARNING"},
        "celery.app.trace": {"level": "WARNING"},
    },
}
