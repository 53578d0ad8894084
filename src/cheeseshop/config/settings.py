# SPDX-License-Identifier: Apache-2.0
"""Django settings, derived from the typed settings and nothing else."""

from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import dj_database_url
import dj_email_url

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


def origin(address: str) -> str:
    """Return scheme and host of an address, as a content security policy names it."""
    parts = urlsplit(address)
    return f"{parts.scheme}://{parts.netloc}"


def _issuers(conf: Settings) -> list[dict[str, Any]]:
    if not conf.oidc_issuer:
        return []
    return [
        {
            "provider_id": "issuer",
            "name": conf.oidc_name,
            "client_id": conf.oidc_client_id,
            "secret": conf.oidc_client_secret,
            "settings": {"server_url": conf.oidc_issuer, "fetch_userinfo": True},
        }
    ]


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
    "django.contrib.humanize",
    "cheeseshop.notify",
    "cheeseshop.accounts",  # before allauth, whose templates it replaces
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "allauth.usersessions",
    "allauth.socialaccount",
    *(["allauth.socialaccount.providers.openid_connect"] if CHEESESHOP.oidc_issuer else []),
    "cheeseshop.mail_domains",
    "cheeseshop.flags",
    "cheeseshop.access",
    "cheeseshop.organizations",
    "cheeseshop.journal",
    "cheeseshop.catalog",
    "cheeseshop.publishers",
    "cheeseshop.attestations",
    "cheeseshop.tokens",
    "cheeseshop.leaks",
    "cheeseshop.staging",
    "cheeseshop.pages",
    "cheeseshop.stats",
    "cheeseshop.manage",
    "cheeseshop.webhooks",
    "cheeseshop.fronts",
    "cheeseshop.inside",
    "cheeseshop.advisories",
    "cheeseshop.relations",
    "cheeseshop.claims",
    "cheeseshop.moderation",
    "cheeseshop.scanning",
    "cheeseshop.rates",
    "cheeseshop.quotas",
    "cheeseshop.discovery",
    "cheeseshop.help",
    "cheeseshop.notices",
    "cheeseshop.hygiene",
    "cheeseshop.administration",  # before Django's, whose templates it replaces
    "django.contrib.admin.apps.SimpleAdminConfig",
    "cheeseshop.web",
]
MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "cheeseshop.web.middleware.Compressed",  # below WhiteNoise, whose files are compressed once and for all
    "django.contrib.sessions.middleware.SessionMiddleware",
    "cheeseshop.web.languages.InTheReadersLanguage",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "csp.middleware.CSPMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "cheeseshop.accounts.gate.Gate",
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
AUTHENTICATION_BACKENDS = ["cheeseshop.accounts.backend.OnlyWhoMayAct"]
PASSWORD_HASHERS = ["django.contrib.auth.hashers.Argon2PasswordHasher"]
AUTH_PASSWORD_VALIDATORS = [{"NAME": "cheeseshop.accounts.passwords.PasswordRules"}]
PASSWORD_RESET_TIMEOUT = 6 * 3600
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "account"
ACCOUNT_ADAPTER = "cheeseshop.accounts.adapter.AccountAdapter"
ACCOUNT_LOGIN_METHODS = {"username"}
ACCOUNT_SIGNUP_FIELDS = ["username*", "email*", "password1*", "password2*"]
ACCOUNT_SIGNUP_FORM_HONEYPOT_FIELD = "website"
ACCOUNT_EMAIL_VERIFICATION = "optional"  # the gate asks for it: a person is inside at once, and can do nothing yet
ACCOUNT_EMAIL_CONFIRMATION_EXPIRE_DAYS = 0.25
ACCOUNT_EMAIL_NOTIFICATIONS = False  # the security history sends them
ACCOUNT_CONFIRM_EMAIL_ON_GET = False  # mail scanners open links
ACCOUNT_MAX_EMAIL_ADDRESSES = 20
ACCOUNT_PREVENT_ENUMERATION = False  # names are public here; the reset form has its own same answer for everybody
ACCOUNT_LOGIN_ON_PASSWORD_RESET = True  # the second factor is asked on the way
ACCOUNT_LOGIN_TIMEOUT = 6 * 3600  # a log-in may wait for a mailed link
ACCOUNT_REAUTHENTICATION_REQUIRED = True
ACCOUNT_REAUTHENTICATION_TIMEOUT = 3600
ACCOUNT_SESSION_REMEMBER = False
ACCOUNT_LOGOUT_REDIRECT_URL = "/"
ACCOUNT_USERNAME_MIN_LENGTH = 1
ACCOUNT_PASSWORD_MIN_LENGTH = None
ACCOUNT_RATE_LIMITS = {
    "login": "300/5m/ip",
    "login_failed": "10/5m/ip,10/5m/key",
    "login_failed_anywhere": "1000/5m/key",
    "limited_event": "1/m/key",
    "second_factor": "5/5m/key,20/h/key,50/d/key,10/5m/ip,50/h/ip",
    "signup": "",  # the form counts, and says when to come again
    "register": "20/h/ip",
    "add_email": "20/d/ip,20/d/key",
    "manage_email": "60/m/user",
    "resend_verification": "3/6h/key",
    "confirm_email": "1/10s/key",
    "change_password": "5/5m/user,20/h/user",
    "reset_password": "20/m/ip",
    "reset_password_of": "5/d/key",
    "reset_password_from_key": "20/m/ip",
    "reauthenticate": "30/5m/user",
    "reauthenticate_failed": "10/5m/key",
    "recover": "3/d/key,10/d/ip",
    "find_people": "100/h/key",
    "password_strength": "120/m/ip",
    "xmlrpc": "3600/h/ip",
    "search": "5/s/ip",
    "mint_token": "300/m/ip",
    "dispute_advisory": "5/d/key,20/d/ip",
    "register_publisher": "100/d/key,100/d/ip",
    "appeal": "5/d/key",
    "report_malware": "20/h/key,50/d/key",
    "observe": "3600/h/key",
}
ACCOUNT_FORMS = {
    "login": "cheeseshop.accounts.forms.Login",
    "signup": "cheeseshop.accounts.forms.Register",
    "add_email": "cheeseshop.accounts.forms.AddAddress",
    "change_password": "cheeseshop.accounts.forms.ChangePassword",
    "set_password": "cheeseshop.accounts.forms.SetPassword",
    "user_token": "cheeseshop.accounts.forms.ResetLink",
    "reset_password": "cheeseshop.accounts.forms.AskReset",
    "reset_password_from_key": "cheeseshop.accounts.forms.ResetPassword",
    "reauthenticate": "cheeseshop.accounts.forms.Reauthenticate",
}
MFA_ADAPTER = "cheeseshop.accounts.adapter.MFAAdapter"
MFA_SUPPORTED_TYPES = ["totp", "webauthn", "recovery_codes"]
MFA_RECOVERY_CODE_COUNT = 8
MFA_RECOVERY_CODE_DIGITS = 16
MFA_RECOVERY_CODES_SHOW_ONCE = True
MFA_ALLOW_UNVERIFIED_EMAIL = True  # a second address may wait for its proof; the gate has asked for the primary one's
MFA_PASSKEY_LOGIN_ENABLED = True
MFA_WEBAUTHN_USER_VERIFICATION = "discouraged"
MFA_TRUST_ENABLED = True
MFA_TRUST_COOKIE_AGE = 30 * 24 * 3600
MFA_TRUST_COOKIE_NAME = "remember_device"
MFA_TRUST_COOKIE_PATH = "/account/login/"
MFA_TRUST_COOKIE_SAMESITE = "Strict"
MFA_FORMS = {
    "authenticate": "cheeseshop.accounts.forms.Authenticate",
    "authenticate_webauthn": "cheeseshop.accounts.forms.AuthenticateByDevice",
    "login_webauthn": "cheeseshop.accounts.forms.LoginByPasskey",
    "reauthenticate": "cheeseshop.accounts.forms.ReauthenticateByCode",
    "reauthenticate_webauthn": "cheeseshop.accounts.forms.ReauthenticateByDevice",
    "activate_totp": "cheeseshop.accounts.forms.ActivateApplication",
    "add_webauthn": "cheeseshop.accounts.forms.AddDevice",
    "edit_webauthn": "cheeseshop.accounts.forms.RenameDevice",
}
ALLAUTH_TRUSTED_PROXY_COUNT = CHEESESHOP.trusted_proxies
SOCIALACCOUNT_ADAPTER = "cheeseshop.accounts.single_sign_on.SingleSignOn"
SOCIALACCOUNT_FORMS = {"signup": "cheeseshop.accounts.forms.RegisterBySingleSignOn"}
SOCIALACCOUNT_EMAIL_AUTHENTICATION = False  # an issuer's word about an address must not open somebody's account
SOCIALACCOUNT_EMAIL_VERIFICATION = "optional"
SOCIALACCOUNT_QUERY_EMAIL = False
SOCIALACCOUNT_OPENID_CONNECT_URL_PREFIX = ""
SOCIALACCOUNT_PROVIDERS = {"openid_connect": {"OAUTH_PKCE_ENABLED": True, "APPS": _issuers(CHEESESHOP)}}

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
        # A browser follows the rule through redirects too, and the log-in button ends at the issuer.
        "form-action": ["'self'", *([origin(CHEESESHOP.oidc_issuer)] if CHEESESHOP.oidc_issuer else [])],
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
SESSION_EXPIRE_AT_BROWSER_CLOSE = True
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = CHEESESHOP.is_https
CSRF_TRUSTED_ORIGINS = [CHEESESHOP.url]
X_FRAME_OPTIONS = "DENY"

LANGUAGE_CODE = "en"
LANGUAGES = [  # each by its own name, because whoever looks for it reads that one
    ("en", "English"),
    ("es", "Español"),
    ("fr", "Français"),
    ("ja", "日本語"),
    ("pt-br", "Português brasileiro"),
    ("uk", "Українська"),
    ("el", "Ελληνικά"),
    ("de", "Deutsch"),
    ("zh-hans", "简体中文"),
    ("zh-hant", "繁體中文"),
    ("ru", "Русский"),
    ("he", "עברית"),
    ("eo", "Esperanto"),
]
LOCALE_PATHS = [Path(__file__).parents[1] / "web" / "locale"]
FORMAT_MODULE_PATH = ["cheeseshop.web.formats"]
LANGUAGE_COOKIE_NAME = "language"
LANGUAGE_COOKIE_AGE = 365 * 24 * 3600
LANGUAGE_COOKIE_SECURE = CHEESESHOP.is_https
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
CACHES = {
    "default": {
        "BACKEND": "django.core.cache.backends.db.DatabaseCache",
        "LOCATION": "django_cache",
        # Limits on tries are kept here: a small cache could be filled until it forgets them.
        "OPTIONS": {"MAX_ENTRIES": 200_000},
    }
}
if CHEESESHOP.cache_url:
    CACHES = {
        "database": CACHES["default"],
        "default": {
            "BACKEND": "cheeseshop.config.shared_cache.SharedCache",
            "LOCATION": CHEESESHOP.cache_url,
            "OPTIONS": {"socket_timeout": 1, "socket_connect_timeout": 1},
            "KEY_PREFIX": "cheeseshop",
        },
    }
if CHEESESHOP.mail_url:
    globals().update(dj_email_url.parse(CHEESESHOP.mail_url))
    EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    EMAIL_TIMEOUT = 30
else:
    EMAIL_BACKEND = "django.core.mail.backends.filebased.EmailBackend"
    EMAIL_FILE_PATH = str(CHEESESHOP.data.resolve() / "mail")
SILENCED_SYSTEM_CHECKS = ["auth.W004"]  # usernames are unique by a constraint on their lower case
