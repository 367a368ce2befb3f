"""Where everything meets: settings read from the environment, with defaults that work on one machine."""

from __future__ import annotations

import json
import os
import secrets
from pathlib import Path

import dj_database_url
from django.utils.translation import gettext_lazy as _

from lianjing.site.log_lines import logging_settings

PACKAGE = Path(__file__).resolve().parent.parent
DATA_DIR = Path(os.environ.get("LIANJING_DATA", "lianjing-data")).absolute()


def _secret() -> str:
    """Read the installation's secret, made by `lianjing init`; without one, a secret for this process only."""
    place = DATA_DIR / "secret"
    return place.read_text().strip() if place.exists() else secrets.token_urlsafe(50)


SECRET_KEY = os.environ.get("LIANJING_SECRET_KEY") or _secret()
DEBUG = False
ALLOWED_HOSTS = os.environ.get("LIANJING_HOSTS", "localhost,127.0.0.1,[::1],testserver").split(",")

DATABASES = {
    "default": dj_database_url.parse(
        os.environ.get("LIANJING_DATABASE_URL") or f"sqlite:///{DATA_DIR / 'lianjing.sqlite3'}",
        conn_max_age=600,
        conn_health_checks=True,
    )
}
if DATABASES["default"]["ENGINE"] == "django.db.backends.sqlite3":
    DATABASES["default"]["OPTIONS"] = {
        "transaction_mode": "IMMEDIATE",
        "timeout": 30,
        "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA recursive_triggers=ON; "
        "PRAGMA cache_size=-65536",
    }

# One line installs a domain: its declaration, beside which its tables, processes, pages and codes lie.
LIANJING_DOMAINS = [
    "lianjing.domains.works.domain.DOMAIN",
    "lianjing.domains.injury.domain.DOMAIN",
]
INSTALLED_APPS = [
    "lianjing.runtime.trail",
    "lianjing.runtime.org",
    "lianjing.runtime.access",
    "lianjing.runtime.rights",
    "lianjing.runtime.notice",
    "lianjing.runtime.dictionary",
    "lianjing.runtime.regulation",
    "lianjing.runtime.parameter",
    "lianjing.runtime.parties",
    "lianjing.runtime.matter",
    "lianjing.runtime.documents",
    "lianjing.runtime.meeting",
    "lianjing.runtime.process",
    "lianjing.runtime.message",
    "lianjing.runtime.consultation",
    "lianjing.runtime.phrase",
    "lianjing.runtime.fact",
    "lianjing.runtime.permit",
    "lianjing.runtime.contract",
    "lianjing.runtime.payment",
    "lianjing.runtime.undertaking",
    "lianjing.runtime.draw",
    "lianjing.runtime.publicity",
    "lianjing.runtime.search",
    "lianjing.runtime.complaint",
    "lianjing.runtime.erasure",
    "lianjing.runtime.report",
    "lianjing.runtime.batch",
    "lianjing.runtime.personal",
    "lianjing.runtime.token",
    "lianjing.runtime.webhook",
    "lianjing.runtime.handover",
    "lianjing.runtime.job",
    "lianjing.runtime.retention",
    "lianjing.runtime.exchange",
    "lianjing.runtime.revision",
    "lianjing.runtime.external_finding",
    "lianjing.runtime.risk",
    "lianjing.runtime.key_minority",
    "lianjing.runtime.finding",
    *(declared.removesuffix(".domain.DOMAIN") for declared in LIANJING_DOMAINS),
    "lianjing.web",
    "lianjing.site",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django_htmx",
]
# What a task does that a measure added to a process and no domain declares.
LIANJING_GENERIC_STEP = "lianjing.runtime.process.generic.GENERIC"
# What looks at a matter while a person decides on it ("" for nothing).
LIANJING_IN_THE_ACT = "lianjing.analysis.indicator.at_hand.look"
# The feeds from and to outside systems (lists of Declared); {"key": {"url": …, "secret": …}} says where they are reached.
LIANJING_FEEDS = ["lianjing.domains.works.exchange.feeds.FEEDS", "lianjing.runtime.exchange.lists.FEEDS"]
LIANJING_FEED_PLACES: dict[str, dict[str, str]] = json.loads(os.environ.get("LIANJING_FEED_PLACES", "{}"))
# What the worker of `serve` does again and again (lists of Job), and which long work a person may send it (Kind).
LIANJING_JOBS = [
    "lianjing.runtime.jobs.JOBS",
    "lianjing.web.reports.JOBS",
    "lianjing.domains.injury.jobs.JOBS",
]
LIANJING_ERRANDS = [
    "lianjing.web.reports.ERRANDS",
    "lianjing.web.views.trail_log.ERRANDS",
    "lianjing.runtime.revision.replay.ERRANDS",
]
# Functions that `init` and `upgrade` call with the moment once the tables stand; each says how many things it did.
LIANJING_AFTER_UPGRADE: list[str] = ["lianjing.runtime.exchange.services.register_all"]
# What `doctor` looks at (lists of Check); below so much free disk a fault, below five times a warning.
LIANJING_CHECKS = [
    "lianjing.runtime.health.checks.CHECKS",
    "lianjing.web.health.CHECKS",
    "lianjing.analysis.lake.health.CHECKS",
]
LIANJING_DISK_LEAST_MB = int(os.environ.get("LIANJING_DISK_LEAST_MB", "500"))
LIANJING_DEMONSTRATION = os.environ.get("LIANJING_DEMONSTRATION") == "1"
# A zone to practise in: marked on every page, paper and file, and nothing leaves it (the end of this file).
LIANJING_TRAINING = os.environ.get("LIANJING_TRAINING") == "1"
LIANJING_DEMO_PASSWORD = "lianjing-demo"  # shown at the log-in of a demonstration, used nowhere else

# Who signs the log: a dotted path to what makes a signer (kernel.trail.note.Signer); "" is the key file.
LIANJING_SIGNER = os.environ.get("LIANJING_SIGNER", "")
# A log in which nothing happened for so long records that it is alive, and signs.
LIANJING_HEARTBEAT_HOURS = int(os.environ.get("LIANJING_HEARTBEAT_HOURS", "24"))
# Approvals that move money say done only once a signed checkpoint covers them.
LIANJING_WAIT_FOR_PUBLICATION = os.environ.get("LIANJING_WAIT_FOR_PUBLICATION") == "1"
# How long a locked draw waits for a cosigned checkpoint before the committed value may be revealed instead.
LIANJING_DRAW_WAIT_HOURS = int(os.environ.get("LIANJING_DRAW_WAIT_HOURS", "48"))

# The registered prefixes under which this installation publishes; 000000 marks a demonstration.
LIANJING_OCID_PREFIX = os.environ.get("LIANJING_OCID_PREFIX", "ocds-000000")
LIANJING_OC4IDS_PREFIX = os.environ.get("LIANJING_OC4IDS_PREFIX", "oc4ids-000000")
LIANJING_PUBLIC_URI = os.environ.get("LIANJING_PUBLIC_URI", "https://lianjing.invalid/open")

# Ways out of the site for messages; what is not configured is not used. A gateway takes signed JSON (how-to/messages).
LIANJING_MAIL = bool(os.environ.get("LIANJING_MAIL_HOST"))
EMAIL_HOST = os.environ.get("LIANJING_MAIL_HOST", "localhost")
EMAIL_PORT = int(os.environ.get("LIANJING_MAIL_PORT", "25"))
EMAIL_HOST_USER = os.environ.get("LIANJING_MAIL_USER", "")
EMAIL_HOST_PASSWORD = os.environ.get("LIANJING_MAIL_PASSWORD", "")
EMAIL_USE_TLS = os.environ.get("LIANJING_MAIL_TLS") == "1"
DEFAULT_FROM_EMAIL = os.environ.get("LIANJING_MAIL_FROM", "lianjing@localhost")
LIANJING_SMS = {
    "url": os.environ.get("LIANJING_SMS_URL", ""),
    "secret": os.environ.get("LIANJING_SMS_SECRET", ""),
}
LIANJING_HOOK = {
    "url": os.environ.get("LIANJING_HOOK_URL", ""),
    "secret": os.environ.get("LIANJING_HOOK_SECRET", ""),
}
LIANJING_QUIET_HOURS = (22, 7)  # from, to (legal time): what is not urgent leaves the site after them
LIANJING_SITE_URL = os.environ.get("LIANJING_SITE_URL", "")  # links in e-mails; without it they carry none

# Log-in rules put in the place of those that ship (runtime/access/policy.toml), e.g. by tests; pages turn them.
LIANJING_ACCESS_POLICY: dict[str, object] = {}
# Personal data is unmasked for so many minutes; a token lives so many days at most (the policy of the installation).
LIANJING_UNMASK_MINUTES = int(os.environ.get("LIANJING_UNMASK_MINUTES", "30"))
LIANJING_TOKEN_DAYS = int(os.environ.get("LIANJING_TOKEN_DAYS", "90"))
# How many requests a minute the API answers: for one token, for one person, for one address that is nobody yet.
LIANJING_RATE_TOKEN = int(os.environ.get("LIANJING_RATE_TOKEN", "600"))
LIANJING_RATE_PERSON = int(os.environ.get("LIANJING_RATE_PERSON", "1200"))
LIANJING_RATE_ADDRESS = int(os.environ.get("LIANJING_RATE_ADDRESS", "60"))
# Where webhooks may go: host names, "*.example.cn" for all below it. Loopback and plain http only where said.
LIANJING_WEBHOOK_HOSTS = [
    each for each in os.environ.get("LIANJING_WEBHOOK_HOSTS", "").lower().split(",") if each
]
LIANJING_WEBHOOK_LOOPBACK = os.environ.get("LIANJING_WEBHOOK_LOOPBACK") == "1"
LIANJING_WEBHOOK_PLAIN = os.environ.get("LIANJING_WEBHOOK_PLAIN") == "1"

AUTH_USER_MODEL = "org.LoginAccount"
PASSWORD_HASHERS = ["django.contrib.auth.hashers.PBKDF2PasswordHasher"]
AUTH_PASSWORD_VALIDATORS = [{"NAME": "lianjing.runtime.access.passwords.PolicyValidator"}]

MIDDLEWARE = [
    "lianjing.web.proxy.TrustedProxy",
    "lianjing.web.request_log.RequestLog",
    "django.middleware.security.SecurityMiddleware",
    "lianjing.web.middleware.ContentSecurityPolicy",
    "lianjing.web.training.TrainingMark",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "lianjing.web.middleware.ChosenLanguage",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "lianjing.web.session_keeping.KeptSession",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "lianjing.web.money_unit.ShownMoneyUnit",
    "lianjing.web.middleware.CurrentPerson",
    "lianjing.web.session_keeping.StepUp",
]
ROOT_URLCONF = "lianjing.site.urls"
WSGI_APPLICATION = "lianjing.site.wsgi.application"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "lianjing.web.context.page",
            ],
            "builtins": ["django.templatetags.i18n", "lianjing.web.templatetags.ui"],
        },
    }
]

LOGIN_URL = "login"
LOGIN_REDIRECT_URL = "workbench"
LOGOUT_REDIRECT_URL = "login"
# TLS (decision 16): set by `serve --tls-cert`, or by hand where a proxy ends it.
LIANJING_HTTPS = os.environ.get("LIANJING_HTTPS") == "1"
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = LANGUAGE_COOKIE_SECURE = LIANJING_HTTPS
SECURE_HSTS_SECONDS = int(os.environ.get("LIANJING_HSTS_SECONDS", "31536000")) if LIANJING_HTTPS else 0
# How many proxies of ours stand before us, and the addresses they speak from; 0 believes no forwarded header.
LIANJING_PROXY = int(os.environ.get("LIANJING_PROXY", "0"))
LIANJING_PROXY_FROM = os.environ.get("LIANJING_PROXY_FROM", "127.0.0.1,::1").split(",")
if LIANJING_HTTPS:  # a browser takes these names from this host and from https only
    SESSION_COOKIE_NAME, CSRF_COOKIE_NAME = "__Host-session", "__Host-csrf"
# Who may read /metrics: these networks, or whoever carries the token.
LIANJING_METRICS_FROM = os.environ.get("LIANJING_METRICS_FROM", "127.0.0.1,::1").split(",")
LIANJING_METRICS_TOKEN = os.environ.get("LIANJING_METRICS_TOKEN", "")
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
SESSION_COOKIE_AGE = 8 * 3600
CSRF_COOKIE_HTTPONLY = True
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"

LANGUAGE_CODE = "zh-hans"
LANGUAGES = [("zh-hans", _("中文")), ("en", _("English"))]
LOCALE_PATHS = [PACKAGE / "locale"]
USE_I18N = True
USE_TZ = True
TIME_ZONE = "Asia/Shanghai"

STATIC_URL = "/static/"
STATICFILES_DIRS = [PACKAGE / "web" / "static"] if not (PACKAGE / "web" / "apps.py").exists() else []
WHITENOISE_USE_FINDERS = True
WHITENOISE_AUTOREFRESH = False
WHITENOISE_ALLOW_ALL_ORIGINS = False
MEDIA_ROOT = DATA_DIR / "documents"
FILE_UPLOAD_MAX_MEMORY_SIZE = 5 * 1024 * 1024
DATA_UPLOAD_MAX_MEMORY_SIZE = 50 * 1024 * 1024
LIANJING_UPLOAD_LIMIT = 50 * 1024 * 1024
LIANJING_REQUEST_LIMIT = 4 * LIANJING_UPLOAD_LIMIT  # several papers at once
FILE_UPLOAD_HANDLERS = [
    "lianjing.web.upload_limit.WholeRequest",
    "django.core.files.uploadhandler.MemoryFileUploadHandler",
    "django.core.files.uploadhandler.TemporaryFileUploadHandler",
]
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

LOGGING = logging_settings()

if LIANJING_TRAINING:  # whatever the environment says: no message, no call and no feed leaves a training zone
    LIANJING_MAIL, LIANJING_SMS, LIANJING_HOOK = False, {"url": "", "secret": ""}, {"url": "", "secret": ""}
    LIANJING_WEBHOOK_HOSTS, LIANJING_WEBHOOK_LOOPBACK = [], False
    LIANJING_FEED_PLACES = {}
