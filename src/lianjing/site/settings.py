"""Where everything meets: settings read from the environment, with defaults that work on one machine."""

from __future__ import annotations

import os
import secrets
from pathlib import Path

import dj_database_url
from django.utils.translation import gettext_lazy as _

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

INSTALLED_APPS = [
    "lianjing.runtime.trail",
    "lianjing.runtime.org",
    "lianjing.runtime.regulation",
    "lianjing.runtime.parameter",
    "lianjing.runtime.parties",
    "lianjing.runtime.matter",
    "lianjing.runtime.documents",
    "lianjing.runtime.meeting",
    "lianjing.runtime.process",
    "lianjing.runtime.fact",
    "lianjing.runtime.permit",
    "lianjing.runtime.contract",
    "lianjing.runtime.payment",
    "lianjing.runtime.undertaking",
    "lianjing.runtime.draw",
    "lianjing.runtime.publicity",
    "lianjing.runtime.batch",
    "lianjing.domains.works",
    "lianjing.web",
    "lianjing.site",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django_htmx",
]
# One line installs a domain: its app above, its declaration here.
LIANJING_DOMAINS = ["lianjing.domains.works.domain.DOMAIN"]
LIANJING_DEMONSTRATION = os.environ.get("LIANJING_DEMONSTRATION") == "1"
LIANJING_DEMO_PASSWORD = "lianjing-demo"  # shown at the log-in of a demonstration, used nowhere else

# The registered prefixes under which this installation publishes; 000000 marks a demonstration.
LIANJING_OCID_PREFIX = os.environ.get("LIANJING_OCID_PREFIX", "ocds-000000")
LIANJING_OC4IDS_PREFIX = os.environ.get("LIANJING_OC4IDS_PREFIX", "oc4ids-000000")
LIANJING_PUBLIC_URI = os.environ.get("LIANJING_PUBLIC_URI", "https://lianjing.invalid/open")

AUTH_USER_MODEL = "org.LoginAccount"
PASSWORD_HASHERS = ["django.contrib.auth.hashers.PBKDF2PasswordHasher"]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 10}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "django.contrib.auth.password_validation.NumericPasswordValidator"},
]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "lianjing.web.middleware.ContentSecurityPolicy",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "lianjing.web.middleware.ChosenLanguage",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "lianjing.web.middleware.CurrentPerson",
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
MEDIA_ROOT = DATA_DIR / "documents"
FILE_UPLOAD_MAX_MEMORY_SIZE = 5 * 1024 * 1024
DATA_UPLOAD_MAX_MEMORY_SIZE = 50 * 1024 * 1024
LIANJING_UPLOAD_LIMIT = 50 * 1024 * 1024
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"line": {"format": "%(asctime)s %(levelname)s %(name)s %(message)s"}},
    "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "line"}},
    "root": {"handlers": ["stderr"], "level": os.environ.get("LIANJING_LOG_LEVEL", "WARNING")},
}
