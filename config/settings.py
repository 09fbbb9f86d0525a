"""The site's settings, all of them from the environment.

IOMODELS_VAR          folder for the database, the broker, the secret key (default: <checkout>/var)
DATABASE_URL          sqlite:////abs/path or postgresql://user:password@host/name (SQLite in var)
DATABASE_POOL         1: share connections of PostgreSQL between threads, for who serves pages (0)
REDIS_URL             redis://host:6379/0 or unix:///abs/path (the embedded broker's socket in var)
SECRET_KEY            signs sessions (made on the first start and kept in var)
DEBUG                 1: show tracebacks in the browser (0)
ALLOWED_HOSTS         the site's names, with commas (this machine's own only)
HTTPS                 1: behind a proxy that speaks HTTPS and sets X-Forwarded-Proto (0)
LOG_LEVEL             DEBUG, INFO or WARNING (INFO)
GRADER_LEASE_SECONDS  a worker that is silent for so long has lost its run (15)
GRADER_SWEEP_SECONDS  how often forgotten runs are looked for (2)
GRADER_GRACE_SECONDS  a worker that is asked to end hands back its run after so long (20)
METRICS_TOKEN         who sends it as a bearer token may read /metrics (none: staff only)

grader/sandbox/choices.py lists those of the sandbox: SANDBOX_CGROUP and others.
"""

import os
from pathlib import Path

import django_stubs_ext
from csp.constants import NONCE, NONE, SELF

from config import addresses
from config.secret_key import secret_key
from iomodels.figures.style import STYLE_SOURCE

django_stubs_ext.monkeypatch()  # So that ModelAdmin[Run] and the like are also valid when run.

BASE_DIR = Path(__file__).resolve().parent.parent
VAR = Path(os.environ.get("IOMODELS_VAR") or BASE_DIR / "var").resolve()

DEBUG = os.environ.get("DEBUG") == "1"
HTTPS = os.environ.get("HTTPS") == "1"
SECRET_KEY = os.environ.get("SECRET_KEY") or secret_key(VAR / "secret_key")
ALLOWED_HOSTS = (os.environ.get("ALLOWED_HOSTS") or "localhost,127.0.0.1,[::1]").split(",")
CSRF_TRUSTED_ORIGINS = [f"https://{host}" for host in ALLOWED_HOSTS if HTTPS and host != "*"]

INSTALLED_APPS = [
    "config",
    "courses",
    "grader",
    "django.contrib.admin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "csp",
]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "csp.middleware.CSPMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
]

ROOT_URLCONF = "config.urls"
WSGI_APPLICATION = "config.wsgi.application"
ASGI_APPLICATION = "config.asgi.application"

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "csp.context_processors.nonce",
            ],
        },
    },
]

# The database.

DATABASES = {
    "default": addresses.database(
        os.environ.get("DATABASE_URL") or f"sqlite:///{VAR / 'site.sqlite3'}",
        is_pooled=os.environ.get("DATABASE_POOL") == "1",
    ),
}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

# The broker: one address in two spellings. Nothing that it carries would be missed for long.

REDIS_URL = os.environ.get("REDIS_URL") or addresses.redis_url(addresses.embedded_socket(VAR))
REDIS_IS_EMBEDDED = not os.environ.get("REDIS_URL")

CELERY_BROKER_URL = addresses.celery_url(REDIS_URL)
CELERY_BROKER_TRANSPORT_OPTIONS = {
    # Without a time-out, a half-open connection leaves a worker alive and deaf for ever.
    "socket_timeout": 5,
    "socket_connect_timeout": 2,
    "socket_keepalive": True,
    "health_check_interval": 10,
    # Who wakes a worker must not wait for a broker that is down; a worker's own patience is without
    # end (broker_connection_max_retries).
    "max_retries": 1,
    "interval_start": 0,
    "interval_step": 0.1,
    "visibility_timeout": 3600,  # Of no consequence: messages are acknowledged on arrival.
}
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_BROKER_CONNECTION_MAX_RETRIES = None
CELERY_TASK_IGNORE_RESULT = True
CELERY_TASK_ACKS_LATE = False
CELERY_TASK_PUBLISH_RETRY_POLICY = {"max_retries": 1}
CELERY_TASK_DEFAULT_QUEUE = "interactive"
# The last fence around a grading; the harness ends each one long before.
CELERY_TASK_SOFT_TIME_LIMIT = 600
CELERY_TASK_TIME_LIMIT = 630
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_WORKER_SOFT_SHUTDOWN_TIMEOUT = 20
CELERY_WORKER_HIJACK_ROOT_LOGGER = False
CELERY_TIMEZONE = "UTC"

GRADER_LEASE_SECONDS = float(os.environ.get("GRADER_LEASE_SECONDS") or 15)
GRADER_SWEEP_SECONDS = float(os.environ.get("GRADER_SWEEP_SECONDS") or 2)
GRADER_GRACE_SECONDS = float(os.environ.get("GRADER_GRACE_SECONDS") or 20)
METRICS_TOKEN = os.environ.get("METRICS_TOKEN") or ""

# People.

LOGIN_URL = "login"
LOGIN_REDIRECT_URL = "/"
LOGOUT_REDIRECT_URL = "/"
SESSION_COOKIE_AGE = 14 * 24 * 3600
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": f"django.contrib.auth.password_validation.{name}"}
    for name in ("MinimumLengthValidator", "CommonPasswordValidator", "NumericPasswordValidator")
]

# What a browser may do.

SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = SECURE_SSL_REDIRECT = HTTPS
SECURE_HSTS_SECONDS = 365 * 24 * 3600 if HTTPS else 0
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if HTTPS else None
SECURE_REDIRECT_EXEMPT = ["^(healthz|readyz|metrics)$"]
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [NONE],
        "script-src": [SELF],
        # The editor brings its own style element, and so does each figure.
        "style-src": [SELF, NONCE, STYLE_SOURCE],
        "style-src-attr": [NONE],
        "img-src": [SELF],
        "font-src": [SELF],
        "connect-src": [SELF],
        "form-action": [SELF],
        "base-uri": [NONE],
        "frame-ancestors": [NONE],
    },
}
# A submission is at most 256 KiB, and up to three times that when percent-encoded.
DATA_UPLOAD_MAX_MEMORY_SIZE = 1024 * 1024
FILE_UPLOAD_MAX_MEMORY_SIZE = 1024 * 1024
DATA_UPLOAD_MAX_NUMBER_FIELDS = 1000

STATIC_URL = "static/"
WHITENOISE_USE_FINDERS = True  # Straight from the apps: no collecting step.

LANGUAGE_CODE = "en"
TIME_ZONE = "UTC"
USE_TZ = True

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {
        "line": {"format": "%(asctime)s %(levelname)-7s %(name)s: %(message)s"},
    },
    "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "line"}},
    "root": {"handlers": ["stderr"], "level": os.environ.get("LOG_LEVEL") or "INFO"},
    "loggers": {
        "django": {"handlers": [], "propagate": True},
        # Wake-ups are many and say little; each grading has a line of its own.
        "celery.worker.strategy": {"level": "WARNING"},
        "celery.app.trace": {"level": "WARNING"},
    },
}
