# SPDX-License-Identifier: Apache-2.0
"""Typed settings: ``CHEESESHOP_*`` environment variables, or the same keys in lower case in ``cheeseshop.toml``.

A small reader of our own instead of pydantic-settings: the parent process of ``serve`` and the edge read settings
too, and both must stay small.
"""

import os
import re
import tomllib
from collections.abc import Mapping
from dataclasses import MISSING, Field, dataclass, field, fields
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

PREFIX = "CHEESESHOP_"
SERVED_URL = "served-url"
_NOT_SETTINGS = frozenset({"CHEESESHOP_TEST_DATABASE_URL", "CHEESESHOP_CONFIG"})
_ISSUERS = (
    "oidc_issuer", "github_oidc_issuer", "gitlab_oidc_issuer", "google_oidc_issuer", "activestate_oidc_issuer",
    "github_api_url", "captcha_url", "rdap_url",
)  # fmt: skip
KEYED, REFRESHED = "keys+", "refresh+"
_FRONT = re.compile(r"(keys\+|refresh\+)?https?://")
_HEADER = re.compile(r"[A-Za-z0-9-]{1,100}")
_LINKS = ("operator_url", "feedback_url", "software_url")
_TRUE = frozenset({"1", "yes", "true", "on"})
_FALSE = frozenset({"0", "no", "false", "off"})


class SettingsError(Exception):
    """A setting is unknown, malformed or unsafe. The message says what to write instead."""


def _doc(text: str, default: Any) -> Any:  # noqa: ANN401 - dataclass field factories are untyped
    return field(default=default, metadata={"doc": text})


@dataclass(frozen=True, slots=True)
class Settings:
    """Every setting of an instance. Each field's ``doc`` is what the reference page prints."""

    url: str = _doc("The public address of the site, and the only source of absolute URLs.", "http://localhost:8000")
    data: Path = _doc("The one folder of an embedded instance: database, blobs, pages, secret key.", Path("var"))
    database_url: str = _doc("PostgreSQL (postgresql://…) or empty for SQLite in the data folder.", "")
    cache_url: str = _doc(
        "Redis or Valkey (redis://…) for what several hosts share, limits above all. Empty: the database.", ""
    )
    secret_key: str = _doc("Signs sessions and links. Empty: made once and kept in the data folder.", "")
    site_name: str = _doc("The name people read in the header.", "Cheeseshop")
    contact: str = _doc("Whom people write to about this index, shown on error pages.", "the administrator")
    security_contact: str = _doc("Whom to tell of a hole in this index: an address or a link. Empty: the contact.", "")
    funding_manifests: str = _doc("Addresses of funding manifests of who runs this index, by spaces.", "")
    operator: str = _doc("Who runs this index, as the help page names them. Empty: its administrators.", "")
    operator_url: str = _doc("Where to read about who runs this index.", "")
    powered_by: str = _doc("What this index runs on and who gives it, in a sentence for the help page.", "")
    feedback_url: str = _doc("Where people report faults of this site. Empty: the contact.", "")
    software_url: str = _doc(
        "Where the program is developed. A fork names its own.", "https://github.com/cheeseshop/cheeseshop"
    )
    network_addresses: str = _doc("Networks of this index, for firewalls, by spaces. Empty: the host name is told.", "")
    access_log: bool = _doc("Whether serve logs one line a request to stderr.", True)
    debug: bool = _doc("Developer pages. Refused when the address is not local.", False)
    require_2fa_for_upload: bool = _doc("Whether an uploader needs two factors.", True)
    max_file_size: int = _doc("Largest file accepted, in bytes.", 100 * 1024 * 1024)
    max_project_size: int = _doc("Largest sum of the files of one project, in bytes.", 10 * 1024**3)
    read_only: bool = _doc("Refuse every change by people and clients, for instance while a backup is restored.", False)
    allow_uploads: bool = _doc("Whether files may be uploaded.", True)
    allow_attestations: bool = _doc(
        "Whether attestations are verified, kept and served. Off: ignored and hidden.", True
    )
    trust_root: str = _doc(
        "A trusted_root.json that attestations are verified against. Empty: the public instance's, as shipped.", ""
    )
    allow_new_projects: bool = _doc("Whether an upload may create a project.", True)
    new_projects_per_hour_user: int = _doc("New projects one account may create in an hour; 0 for no limit.", 20)
    new_projects_per_hour_address: int = _doc(
        "New projects that may be created from one address in an hour; 0 for no limit.", 40
    )
    uploads_per_hour_user: int = _doc(
        "Files that one account, or publisher, may upload in an hour; 0 for no limit.", 1000
    )
    uploads_per_hour_address: int = _doc(
        "Files that may be uploaded from one address in an hour; 0 for no limit.", 2000
    )
    new_account_days: int = _doc("Days for which an account counts as new.", 7)
    new_account_projects_per_hour: int = _doc("New projects a new account may create in an hour; 0: as any other.", 10)
    new_account_uploads_per_hour: int = _doc("Files a new account may upload in an hour; 0: as any other.", 200)
    noindex_days: int = _doc(
        "Days for which projects of accounts that are younger than that are kept out of search engines; 0 for none.", 0
    )
    organization_approval: bool = _doc("Whether an administrator decides about each new organisation.", True)
    upload_deadline: int = _doc("Seconds an upload may take at most.", 1800)
    upload_min_rate: int = _doc("Bytes a second an upload must keep up over any window of ten seconds.", 4096)
    page_cache_mb: int = _doc("Memory for ready pages in each worker, in MiB.", 64)
    allow_local_versions: bool = _doc("Whether versions such as 1.0+abc are accepted.", False)
    allow_linux_tags: bool = _doc("Whether plain linux_* platform tags are accepted.", False)
    allow_hidden_code: bool = _doc("Whether Python code that PyArmor or SourceDefender encrypted is accepted.", False)
    image_proxy: bool = _doc(
        "Whether pictures of descriptions are fetched for readers. Off: their text is shown.", True
    )
    image_networks: str = _doc("Networks that pictures may come from though they are not public.", "")
    advisories_url: str = _doc(
        "Where the archive of known vulnerabilities (OSV, zip) is fetched from each day; empty for never.", ""
    )
    osv_keys_url: str = _doc(
        "Where the source of pushed advisories lists the keys that it signs them with, or off.", "off"
    )
    webhook_networks: str = _doc(
        "Networks that webhooks may call though they are not public, such as 10.0.0.0/8; public ones always are.", ""
    )
    purge: str = _doc(
        "Caches in front of the index that are told what changed, by spaces: where they take PURGE, refresh+ and where "
        "they fetch anew, or keys+ and where they take surrogate keys.",
        "",
    )
    purge_header: str = _doc("A header that is sent to these caches, such as Fastly-Key: TOKEN.", "")
    old_release_days: int = _doc("Days after which a release takes no more files; 0 for no limit.", 0)
    one_sdist: bool = _doc("Whether a release has one source distribution at most.", True)
    upload_2: bool = _doc("Whether the draft of Upload 2.0 (PEP 694) is offered beside /legacy/.", False)
    threads: int = _doc("Django threads in each worker.", 16)
    trusted_proxies: int = _doc("Proxies in front whose X-Forwarded-For is believed; 0 where people connect to us.", 0)
    mail_url: str = _doc("Where mails go: smtp://user:password@host:port?tls=True, or empty for var/mail/.", "")
    mail_from: str = _doc("The sender of mails. Empty: noreply at the site's host.", "")
    allow_registration: bool = _doc("Whether people may create accounts.", True)
    captcha: str = _doc("Who asks people that register, while the switch is on: hcaptcha or turnstile.", "")
    captcha_site_key: str = _doc("This site's public key at the captcha's provider.", "")
    captcha_secret: str = _doc("This site's secret at the captcha's provider.", "")
    captcha_url: str = _doc(
        "Another address of the provider, with api.js and siteverify below it; empty for its own.", ""
    )
    breached_passwords_url: str = _doc(
        "Where breached passwords are looked up: a range API, file:///sorted-hashes.txt, or off.",
        "https://api.pwnedpasswords.com/range/",
    )
    refuse_disposable_addresses: bool = _doc("Whether throw-away e-mail addresses are refused.", True)
    check_mail_domains: bool = _doc("Whether the domain of a new e-mail address must take mail, asked of DNS.", False)
    check_lapsed_domains: bool = _doc(
        "Whether domains of verified addresses are looked up, and addresses of lapsed ones lose their proof.", False
    )
    domain_grace_days: int = _doc("Days after which an address of a lapsed domain loses its proof.", 14)
    dns_servers: str = _doc("Name servers to ask, address or address:port by spaces; empty: the machine's.", "")
    rdap_url: str = _doc(
        "Where registrations of domains are asked, such as https://rdap.org/domain/; empty for nowhere.", ""
    )
    forget_addresses_days: int = _doc("Days after which the security history forgets network addresses.", 90)
    recovery_wait_hours: int = _doc("Hours between the grant of an account recovery and its use.", 72)
    oidc_issuer: str = _doc("The OpenID Connect issuer people log in with, or empty for none.", "")
    oidc_name: str = _doc("What the issuer is called on the log-in page.", "single sign-on")
    oidc_client_id: str = _doc("This site's client identifier at the issuer.", "")
    oidc_client_secret: str = _doc("This site's client secret at the issuer.", "")
    oidc_groups_claim: str = _doc("The claim that lists a person's groups.", "groups")
    oidc_roles: str = _doc("Groups that give site roles: group=role, …; the role administrator gives everything.", "")
    trusted_publishing: bool = _doc("Whether build services may publish by their OpenID Connect tokens.", True)
    trusted_publishers_off: str = _doc("Issuers whose tokens are refused for now, by their keys: github, gitlab, …", "")
    publisher_lookups: bool = _doc(
        "Whether GitHub and GitLab are asked for an owner's identifier when a publisher is registered.", False
    )
    github_oidc_issuer: str = _doc(
        "The issuer of GitHub Actions' tokens; empty for none.", "https://token.actions.githubusercontent.com"
    )
    github_api_url: str = _doc("Where GitHub is asked for identifiers.", "https://api.github.com")
    gitlab_oidc_issuer: str = _doc("The issuer of the public GitLab's tokens; empty for none.", "https://gitlab.com")
    google_oidc_issuer: str = _doc(
        "The issuer of Google Cloud's tokens; empty for none.", "https://accounts.google.com"
    )
    activestate_oidc_issuer: str = _doc(
        "The issuer of ActiveState's tokens; empty for none.", "https://platform.activestate.com/api/v1/oauth/oidc"
    )
    github_keys_url: str = _doc(
        "Where GitHub lists the keys that it signs reports of leaked tokens with, or off.",
        "https://api.github.com/meta/public_keys/token_scanning",
    )
    gosst_keys_url: str = _doc(
        "Where deps.dev lists the keys that it signs reports of leaked tokens with, or off.",
        "https://storage.googleapis.com/depsdev-gcp-public-keys/secret_scanning",
    )
    scan_uploads: bool = _doc("Whether published files are scanned; what is found are observations.", True)
    yara_rules: str = _doc("A folder of YARA rules (.yar, .yara) that files are scanned by, or empty.", "")
    bad_hashes: str = _doc("A file of SHA-256 digests of known bad files, one a line, or empty.", "")
    spam_domains: str = _doc("A file of domains that descriptions should not link, one a line, or empty.", "")
    scan_seconds: int = _doc("Seconds that the scan of one file may take.", 60)
    scan_memory_mb: int = _doc("Memory that the process which scans may take, in MiB.", 1024)
    count_downloads: bool = _doc("Whether downloads are counted.", True)
    count_interval: int = _doc("Seconds between two countings of what was downloaded.", 60)
    stats_days: int = _doc("Days for which downloads are kept one by one, as Parquet; 0 for ever.", 400)
    clickhouse: str = _doc(
        "A ClickHouse server that downloads are sent to and asked of, https://user:password@host:8443/database, or"
        " empty for the files and the database alone.",
        "",
    )
    opensearch: str = _doc(
        "An OpenSearch server that finds projects by their words, https://user:password@host:9200/index, or empty for"
        " the database alone.",
        "",
    )
    publish_downloads: bool = _doc("Whether anybody may fetch the anonymous data set of downloads.", True)
    password_login: bool = _doc("Whether people may log in with a password. Off needs an OpenID Connect issuer.", True)

    @property
    def host(self) -> str:
        """The host name of the site's address, without port."""
        return urlsplit(self.url).hostname or "localhost"

    @property
    def is_tagged(self) -> bool:
        """Tell whether answers carry surrogate keys: a cache in front is told what changed by them."""
        return any(word.startswith(KEYED) for word in self.purge.split())

    @property
    def is_https(self) -> bool:
        """Tell whether people reach the site over TLS."""
        return self.url.startswith("https://")


def load_settings(environ: Mapping[str, str] | None = None, config: Path | None = None) -> Settings:
    """Read settings from the environment, then from ``cheeseshop.toml``, then the defaults.

    Raises:
        SettingsError: for unknown keys, malformed values and unsafe combinations.
    """
    environ = os.environ if environ is None else environ
    config = config or Path(environ.get("CHEESESHOP_CONFIG", "cheeseshop.toml"))
    known = {f.name: f for f in fields(Settings)}
    values: dict[str, Any] = {}
    for source, raw in ((f"{config}", _from_file(config)), ("the environment", _from_environ(environ))):
        for key, value in raw.items():
            if key not in known:
                raise SettingsError(_unknown(key, source, known))
            values[key] = _coerce(known[key], value)
    return _checked(Settings(**values | _served_url(values)))


def _served_url(values: Mapping[str, Any]) -> dict[str, str]:
    """Return the address that ``serve`` last used, so that other commands on the same data agree with it."""
    if "url" in values:
        return {}
    try:
        return {"url": (Path(values.get("data", "var")) / SERVED_URL).read_text("utf-8").strip()}
    except OSError:
        return {}


def _from_environ(environ: Mapping[str, str]) -> dict[str, Any]:
    return {
        k.removeprefix(PREFIX).lower(): v for k, v in environ.items() if k.startswith(PREFIX) and k not in _NOT_SETTINGS
    }


def _from_file(path: Path) -> dict[str, Any]:
    if not path.is_file():
        return {}
    try:
        return tomllib.loads(path.read_text("utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise SettingsError(f"{path} is not valid TOML: {error}") from error


def _unknown(key: str, source: str, known: Mapping[str, object]) -> str:
    import difflib  # noqa: PLC0415 - only on the way to an error

    near = difflib.get_close_matches(key, known, n=1)
    hint = f" Did you mean {PREFIX}{near[0].upper()}?" if near else " `cheeseshop settings` lists the known ones."
    return f"Unknown setting {PREFIX}{key.upper()} in {source}.{hint}"


def _coerce(spec: "Field[Any]", value: Any) -> Any:  # noqa: ANN401 - as the field says
    default = spec.default
    assert default is not MISSING  # noqa: S101 - every setting has a default
    name = f"{PREFIX}{spec.name.upper()}"
    if isinstance(default, bool):
        text = str(value).strip().lower()
        if text in _TRUE or text in _FALSE:
            return text in _TRUE
        raise SettingsError(f"{name} must be yes or no, not {value!r}.")
    if isinstance(default, int):
        try:
            number = int(value)
        except (TypeError, ValueError):
            number = -1
        if number < 0:
            raise SettingsError(f"{name} must be a whole number of 0 or more, not {value!r}.")
        return number
    return Path(value) if isinstance(default, Path) else str(value)


def _checked(settings: Settings) -> Settings:
    parts = urlsplit(settings.url)
    if parts.scheme not in {"http", "https"} or not parts.hostname or parts.path not in {"", "/"}:
        raise SettingsError(
            f"{PREFIX}URL must be an address such as https://packages.example.org, not {settings.url!r}."
        )
    if parts.hostname in {"pypi", "testpypi"}:
        raise SettingsError(f"{PREFIX}URL can't be {parts.hostname!r}: tokens of two indexes would be confused.")
    if settings.debug and parts.hostname not in {"localhost", "127.0.0.1"}:
        raise SettingsError(f"{PREFIX}DEBUG=yes is unsafe on {parts.hostname}; write {PREFIX}DEBUG=no.")
    if settings.database_url and not settings.database_url.startswith(("postgres://", "postgresql://", "sqlite:///")):
        raise SettingsError(f"{PREFIX}DATABASE_URL must begin with postgresql:// or sqlite:///.")
    if settings.cache_url and not settings.cache_url.startswith(("redis://", "rediss://", "unix://")):
        raise SettingsError(f"{PREFIX}CACHE_URL must begin with redis://, rediss:// or unix://.")
    _check_addresses(settings)
    _check_fronts(settings)
    _check_server("CLICKHOUSE", settings.clickhouse, "https://user:password@host:8443/database")
    _check_server("OPENSEARCH", settings.opensearch, "https://user:password@host:9200/index")
    if settings.scan_seconds < 5 or settings.scan_memory_mb < 256:  # noqa: PLR2004 - as the message says
        raise SettingsError(f"{PREFIX}SCAN_SECONDS must be 5 or more, and {PREFIX}SCAN_MEMORY_MB 256 or more.")
    if not settings.password_login and not settings.oidc_issuer:
        raise SettingsError(f"{PREFIX}PASSWORD_LOGIN=no leaves nobody a way in; set {PREFIX}OIDC_ISSUER too.")
    return settings if not settings.url.endswith("/") else _with_url(settings, settings.url.rstrip("/"))


def _check_addresses(settings: Settings) -> None:
    """Check where others are asked, and what they are trusted by.

    Raises:
        SettingsError: when one is unsafe, or no address.
    """
    for name in _ISSUERS:
        address = getattr(settings, name)
        if address and not address.startswith(("https://", "http://localhost", "http://127.0.0.1")):
            raise SettingsError(f"{PREFIX}{name.upper()} must begin with https://, not {address!r}.")
    for name in _LINKS:
        address = getattr(settings, name)
        if address and not address.startswith(("https://", "http://", "mailto:")):
            raise SettingsError(
                f"{PREFIX}{name.upper()} must begin with https://, http:// or mailto:, not {address!r}."
            )
    if settings.captcha not in {"", "hcaptcha", "turnstile"}:
        raise SettingsError(f"{PREFIX}CAPTCHA must be hcaptcha or turnstile, or empty, not {settings.captcha!r}.")
    if settings.trust_root and not Path(settings.trust_root).is_file():
        raise SettingsError(
            f"{PREFIX}TRUST_ROOT must name a trusted_root.json; there is no file {settings.trust_root!r}."
        )
    for name, url in (
        ("GITHUB", settings.github_keys_url),
        ("GOSST", settings.gosst_keys_url),
        ("OSV", settings.osv_keys_url),
    ):
        if url != "off" and not url.startswith(("https://", "http://localhost:", "http://127.0.0.1:")):
            raise SettingsError(f"{PREFIX}{name}_KEYS_URL must begin with https://, or be off, not {url!r}.")


def _check_fronts(settings: Settings) -> None:
    """Check what names the caches in front.

    Raises:
        SettingsError: when one is no address, or the header is none.
    """
    for word in settings.purge.split():
        if not _FRONT.match(word) or not urlsplit(word).hostname:
            raise SettingsError(
                f"{PREFIX}PURGE must name addresses such as http://10.0.0.2 or {KEYED}http://10.0.0.2/, not {word!r}."
            )
    name, colon, value = settings.purge_header.partition(": ")
    if settings.purge_header and not (_HEADER.fullmatch(name) and colon and value.isascii() and value.isprintable()):
        raise SettingsError(f"{PREFIX}PURGE_HEADER must be a name, a colon, a space and a value.")


def _check_server(name: str, address: str, example: str) -> None:
    """Check the address of a server of ours, without repeating the password that is in it.

    Raises:
        SettingsError: when it is none.
    """
    parts = urlsplit(address)
    if address and (
        parts.scheme not in {"http", "https"}
        or not parts.hostname
        or not re.fullmatch(r"/?[a-z0-9_]{0,64}", parts.path)
    ):
        raise SettingsError(f"{PREFIX}{name} must be an address such as {example}.")


def _with_url(settings: Settings, url: str) -> Settings:
    return Settings(**{f.name: getattr(settings, f.name) for f in fields(Settings)} | {"url": url})
