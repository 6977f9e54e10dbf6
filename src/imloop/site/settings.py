"""Django settings. Everything an operator may set is an environment variable, read here and nowhere else."""

from __future__ import annotations

import os
import secrets
from pathlib import Path

import dj_database_url

from imloop.site.logs import logging_of


def _data_dir() -> Path:
    path = Path(os.environ.get("IMLOOP_DATA", "var")).resolve()
    path.mkdir(mode=0o700, parents=True, exist_ok=True)
    return path


def _secret_key(data: Path) -> str:
    """From the environment, else generated once into the data directory (mode 600)."""
    given = os.environ.get("IMLOOP_SECRET_KEY", "")
    if given:
        return given
    file = data / "secret-key"
    if not file.exists():
        file.touch(mode=0o600)
        file.write_text(secrets.token_urlsafe(48), encoding="ascii")
    return file.read_text(encoding="ascii").strip()


DATA_DIR = _data_dir()
SECRET_KEY = _secret_key(DATA_DIR)
# Former ones, while sessions and HMAC keys of their time still count.
SECRET_KEY_FALLBACKS = os.environ.get("IMLOOP_OLD_SECRET_KEYS", "").split()
DEBUG = os.environ.get("IMLOOP_DEBUG", "") == "1"
ALLOWED_HOSTS = os.environ.get("IMLOOP_HOSTS", "127.0.0.1,localhost,[::1],testserver").split(",")
BASE_URL = os.environ.get("IMLOOP_BASE_URL", "http://127.0.0.1:8000")
PLACE = os.environ.get("IMLOOP_PLACE", "450200")
MAX_UPLOAD_BYTES = int(os.environ.get("IMLOOP_MAX_UPLOAD_BYTES", str(2 * 1024 * 1024)))
CLOCK_SKEW_SECONDS = int(os.environ.get("IMLOOP_CLOCK_SKEW_SECONDS", "300"))
# Anonymous questions and applications of one address; see exchange/http/rate_limit.py.
PUBLIC_ASKS_PER_MINUTE = int(os.environ.get("IMLOOP_PUBLIC_ASKS_PER_MINUTE", "30"))
# What one address may hand in without a log-in: photographs of complaints, papers of applications.
PUBLIC_FILE_MB_PER_HOUR = int(os.environ.get("IMLOOP_PUBLIC_FILE_MB_PER_HOUR", "200"))
# Calls of one party's machines; 0: no limit.
CALLS_PER_MINUTE = int(os.environ.get("IMLOOP_CALLS_PER_MINUTE", "6000"))
# Ordinary calls that one worker process works on at the same time, each with a database connection.
CALLS_AT_ONCE = 4
# Seconds that a call waits for its turn, and after which what it still asks of the database is broken off and another
# call has its turn; see store/connection_pool.py.
SEAT_WAIT_SECONDS = float(os.environ.get("IMLOOP_SEAT_WAIT_SECONDS", "20"))
SEAT_SECONDS = float(os.environ.get("IMLOOP_SEAT_SECONDS", "120"))
# A process beside each worker that decodes and judges uploads; see exchange/uploads/reader_process.py.
READ_ASIDE = os.environ.get("IMLOOP_READ_ASIDE", "1") == "1" and (os.cpu_count() or 1) > 1
# Answers held open (GET feed/stream), of one party and of one worker process; see api/http/stream_hub.py.
STREAMS_OF_PARTY = int(os.environ.get("IMLOOP_STREAMS_OF_PARTY", "20"))
STREAMS = int(os.environ.get("IMLOOP_STREAMS", "500"))
BEHIND_PROXY = os.environ.get("IMLOOP_BEHIND_PROXY", "") == "1"
# How slow a request's body may come, and how many may be on their way in one worker process; see site/bodies.py.
BODY_GRACE_SECONDS = float(os.environ.get("IMLOOP_BODY_GRACE_SECONDS", "10"))
BODY_BYTES_PER_SECOND = float(os.environ.get("IMLOOP_BODY_BYTES_PER_SECOND", "4096"))
BODY_SECONDS = float(os.environ.get("IMLOOP_BODY_SECONDS", "120"))
BODIES = int(os.environ.get("IMLOOP_BODIES", "256"))
BODIES_BYTES = 256 * 1024 * 1024
# How long a client may take nothing of its answer before its connection ends; see site/ending.py.
ANSWER_SECONDS = float(os.environ.get("IMLOOP_ANSWER_SECONDS", "20"))
# Bearer keys travel in the clear: only over TLS or loopback, unless an operator accepts the risk.
PLAIN_KEYS = os.environ.get("IMLOOP_PLAIN_KEYS", "") == "1"
# Kinds of party, or codes of parties, whose messages must be signed; see steps/accounts/keys.py.
MUST_SIGN = frozenset(os.environ.get("IMLOOP_MUST_SIGN", "").split())
SIGNATURE_WINDOW_SECONDS = int(os.environ.get("IMLOOP_SIGNATURE_WINDOW_SECONDS", "300"))
HMAC = os.environ.get("IMLOOP_HMAC", "hmac-sha256")
# Wrong answers at log-in that lock whoever gave them, and for how long; see steps/accounts/log_in.py.
LOCKOUT_TRIES = int(os.environ.get("IMLOOP_LOCKOUT_TRIES", "5"))
LOCKOUT_MINUTES = int(os.environ.get("IMLOOP_LOCKOUT_MINUTES", "15"))
# Passwords hashed at one time in one process; see steps/accounts/hashing.py.
HASHES_AT_ONCE = 2
DEPARTMENT_TOTP = os.environ.get("IMLOOP_DEPARTMENT_TOTP", "1") == "1"
# Fixed by the journal's first entry; see steps/ground/ledger.py.
JOURNAL_HASH = os.environ.get("IMLOOP_JOURNAL_HASH", "sha256")
# Below this the site says it is not ready; see steps/desk/health.py.
MIN_FREE_MB = int(os.environ.get("IMLOOP_MIN_FREE_MB", "512"))
# Of sftp-key in the data directory; see exchange/couriers/sftp_drop.py.
SFTP_PASSPHRASE = os.environ.get("IMLOOP_SFTP_PASSPHRASE", "")
# Asked for at /metrics; empty: only this machine itself may ask.
METRICS_TOKEN = os.environ.get("IMLOOP_METRICS_TOKEN", "")
# What is signed is read whole, a file of steps/matters/attachments.py too; calls that take no file keep to
# MAX_UPLOAD_BYTES.
DATA_UPLOAD_MAX_MEMORY_SIZE = max(MAX_UPLOAD_BYTES, 5 * 1024 * 1024)
# A police list sent through its page, with what the form adds.
LARGEST_FORM = 33 * 1024 * 1024

INSTALLED_APPS = [
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "ninja",
    "imloop.store",
    "imloop.pages",
]
MIDDLEWARE = [
    "imloop.site.observe.RouteNoted",
    "imloop.api.http.problems_only.ProblemsOnly",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "imloop.pages.headers.ChosenLanguage",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "imloop.pages.headers.SecurityHeaders",
]
ROOT_URLCONF = "imloop.site.urls"
WSGI_APPLICATION = "imloop.site.wsgi.application"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.template.context_processors.i18n",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "imloop.pages.context.site",
            ]
        },
    }
]

_url = os.environ.get("DATABASE_URL") or f"sqlite:///{DATA_DIR / 'imloop.sqlite3'}"
DATABASES = {"default": dj_database_url.parse(_url, conn_max_age=600)}
if DATABASES["default"]["ENGINE"].endswith("sqlite3"):
    # IMMEDIATE: a writing step takes the write lock at once instead of dead-locking on upgrade.
    DATABASES["default"]["OPTIONS"] = {
        "transaction_mode": "IMMEDIATE",
        "timeout": 20,
        "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA foreign_keys=ON;"
        " PRAGMA cache_size=-16000; PRAGMA mmap_size=1073741824;",
    }
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

AUTH_USER_MODEL = "store.User"
PASSWORD_HASHERS = ["imloop.steps.accounts.hashing.FewAtOnce"]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 10}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]
LOGIN_URL = "/login"
LOGIN_REDIRECT_URL = "/desk"
LOGOUT_REDIRECT_URL = "/"
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
CSRF_COOKIE_HTTPONLY = True
CSRF_FAILURE_VIEW = "imloop.pages.guard.csrf_failed"
HTTPS = BASE_URL.startswith("https://")
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = LANGUAGE_COOKIE_SECURE = HTTPS
SECURE_HSTS_SECONDS = 365 * 24 * 3600 if HTTPS else 0
# Whether all of a domain speaks TLS is its owner's to say, and what speaks plain HTTP is redirected by the proxy:
# stations on the same machine may go on calling over loopback.
SILENCED_SYSTEM_CHECKS = ["security.W005", "security.W008", "security.W021"]
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
if BEHIND_PROXY:
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")

LANGUAGE_CODE = "zh-hans"
LANGUAGES = [("zh-hans", "中文"), ("en", "English")]
LOCALE_PATHS = [Path(__file__).parent.parent / "pages" / "locale"]
USE_I18N = True
USE_TZ = True
TIME_ZONE = "Asia/Shanghai"

STATIC_URL = "/static/"
STATICFILES_DIRS = [Path(__file__).parent.parent / "pages" / "assets"]
WHITENOISE_USE_FINDERS = True
WHITENOISE_MAX_AGE = 3600

NINJA_PAGINATION_PER_PAGE = 100
LOGGING = logging_of(os.environ.get("IMLOOP_LOG", "WARNING"), os.environ.get("IMLOOP_LOG_FORMAT", "json"))
