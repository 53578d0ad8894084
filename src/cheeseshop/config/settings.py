# SPDX-License-Identifier: Apache-2.0
"""Django settings, derived from the typed settings and nothing else."""

from typing import Any

import dj_database_url

from cheeseshop.core import current
from cheeseshop.core.settings import Settings


def _database(conf: Settings) -> dict[str, Any]:
    if conf.database_url:
        parsed: dict[str, Any] = dict(dj_database_url.parse(conf.database_url, conn_max_age=None))
        if "postgresql" in parsed["ENGINE"]:
            parsed["CONN_HEALTH_CHECKS"] = True
            return parsed
        path = parsed["NAME"]
    else:
        path = str(conf.data.resolve() / "db.sqlite3")
    return {"ENGINE": "cheeseshop.config.sqlite", "NAME": path, "CONN_MAX_AGE": None, "TEST": {"NAME": f"{path}.test"}}


CHEESESHOP = current.settings()

SECRET_KEY = current.secret_key()
DEBUG = False  # our own error pages are shown to developers too; the traceback is in the log
ALLOWED_HOSTS = [CHEESESHOP.host, "localhost", "127.0.0.1", "[::1]"]
ROOT_URLCONF = "cheeseshop.config.urls"
WSGI_APPLICATION = "cheeseshop.config.wsgi.application"
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
AUTH_USER_MODEL = "accounts.User"
DATABASES = {"default": _database(CHEESESHOP)}

INSTALLED_APPS = [
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "cheeseshop.accounts",
    "cheeseshop.access",
    "cheeseshop.journal",
    "cheeseshop.catalog",
    "cheeseshop.tokens",
    "cheeseshop.pages",
    "cheeseshop.web",
]
MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "csp.middleware.CSPMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "cheeseshop.web.middleware.DatabaseAway",
]
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "cheeseshop.web.context.site",
            ],
        },
    }
]
AUTHENTICATION_BACKENDS = ["allauth.account.auth_backends.AuthenticationBackend"]
PASSWORD_HASHERS = ["django.contrib.auth.hashers.Argon2PasswordHasher"]
ACCOUNT_LOGIN_METHODS = {"username"}
ACCOUNT_SIGNUP_FIELDS = ["username*", "email*", "password1*", "password2*"]
ACCOUNT_EMAIL_VERIFICATION = "mandatory"

STATIC_URL = "/static/"
STATIC_ROOT = CHEESESHOP.data.resolve() / "static"
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "cheeseshop.config.static.StaticStorage"},
}
WHITENOISE_USE_FINDERS = CHEESESHOP.debug
WHITENOISE_AUTOREFRESH = CHEESESHOP.debug

CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": ["'none'"],
        "script-src": ["'self'"],
        "style-src": ["'self'"],
        "img-src": ["'self'", "data:"],  # no page makes a reader's browser ask a stranger
        "font-src": ["'self'"],
        "connect-src": ["'self'"],
        "form-action": ["'self'"],
        "base-uri": ["'none'"],
        "frame-ancestors": ["'none'"],
        "manifest-src": ["'self'"],
    }
}
SECURE_REFERRER_POLICY = "origin-when-cross-origin"
SECURE_CONTENT_TYPE_NOSNIFF = True
SESSION_COOKIE_NAME = "session_id"
SESSION_COOKIE_AGE = 12 * 3600
SESSION_SAVE_EVERY_REQUEST = False
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = CHEESESHOP.is_https
CSRF_TRUSTED_ORIGINS = [CHEESESHOP.url]
X_FRAME_OPTIONS = "DENY"

LANGUAGE_CODE = "en-gb"
TIME_ZONE = "UTC"
USE_TZ = True
USE_I18N = True
LOGGING: dict[str, Any] = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"line": {"format": "{asctime} {levelname} {name}: {message}", "style": "{"}},
    "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "line"}},
    "root": {"handlers": ["stderr"], "level": "WARNING"},
    "loggers": {"cheeseshop": {"level": "INFO"}},
}
CACHES = {"default": {"BACKEND": "django.core.cache.backends.db.DatabaseCache", "LOCATION": "django_cache"}}
EMAIL_BACKEND = "django.core.mail.backends.filebased.EmailBackend"
EMAIL_FILE_PATH = str(CHEESESHOP.data.resolve() / "mail")
SILENCED_SYSTEM_CHECKS: list[str] = []
