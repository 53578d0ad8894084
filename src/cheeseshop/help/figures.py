# SPDX-License-Identifier: Apache-2.0
"""What the answers say of this very index: figures and names from where the rules are, none of them typed twice."""

from datetime import timedelta
from importlib.metadata import version

from django.conf import settings as django
from django.utils.translation import ngettext

from cheeseshop.accounts.stages import LINK_AGE
from cheeseshop.catalog.flows.collaborators import LASTS as INVITATION_LASTS
from cheeseshop.catalog.limits import LARGEST_FILE
from cheeseshop.catalog.names import LONGEST_NAME
from cheeseshop.claims.criteria import NOTICES, QUIET, REACH
from cheeseshop.claims.flows.open_claim import MOST_OPEN
from cheeseshop.core import current
from cheeseshop.core.settings import Settings
from cheeseshop.core.sizes import in_words
from cheeseshop.feeds.rss import PACKAGES, UPDATES
from cheeseshop.flags.names import Switch
from cheeseshop.flags.state import is_on
from cheeseshop.publishers.flows import mint, pending
from cheeseshop.tokens.expiring import SOON
from cheeseshop.tokens.macaroons import PREFIX

_MOST_WEEKS = 12


def figures() -> dict[str, object]:
    """Return everything that the answers put into their sentences."""
    settings = current.settings()
    told = _of_settings(settings) | _switched(settings) | _sizes(settings) | _limits(settings)
    return told | _times() | _counts()


def _of_settings(settings: Settings) -> dict[str, object]:
    return {
        "host": settings.host,
        "is_https": settings.is_https,
        "version": version("cheeseshop"),
        "operator": settings.operator,
        "operator_url": settings.operator_url,
        "powered_by": settings.powered_by,
        "feedback_url": settings.feedback_url,
        "software_url": settings.software_url,
        "network_addresses": ", ".join(settings.network_addresses.split()),
        "security_contact": settings.security_contact or settings.contact,
        "organization_approval": settings.organization_approval,
        "refuse_disposable": settings.refuse_disposable_addresses,
        "domain_grace_days": settings.domain_grace_days if settings.check_lapsed_domains else 0,
        "noindex_days": settings.noindex_days,
        "token_prefix": PREFIX,
        "upload_2": settings.upload_2,
    }


def _switched(settings: Settings) -> dict[str, object]:
    return {
        "require_2fa": settings.require_2fa_for_upload,
        "trusted_publishing": settings.trusted_publishing and not is_on(Switch.NO_OIDC),
        "allow_attestations": settings.allow_attestations and not is_on(Switch.NO_ATTESTATIONS),
        "count_downloads": settings.count_downloads,
        "publish_downloads": settings.publish_downloads,
    }


def _limits(settings: Settings) -> dict[str, object]:
    return {
        "projects_limit": settings.new_projects_per_hour_user,
        "uploads_limit": settings.uploads_per_hour_user,
        "new_account_days": settings.new_account_days,
        "new_account_projects_limit": settings.new_account_projects_per_hour,
        "new_account_uploads_limit": settings.new_account_uploads_per_hour,
    }


def _sizes(settings: Settings) -> dict[str, object]:
    return {
        "max_file_size_words": in_words(settings.max_file_size),
        "max_project_size_words": in_words(settings.max_project_size),
        "largest_file_words": in_words(max(LARGEST_FILE, settings.max_file_size)),
    }


def _times() -> dict[str, object]:
    times = {
        "verification_time": timedelta(days=django.ACCOUNT_EMAIL_CONFIRMATION_EXPIRE_DAYS),
        "reset_time": timedelta(seconds=django.PASSWORD_RESET_TIMEOUT),
        "login_time": timedelta(seconds=LINK_AGE),
        "confirmation_time": timedelta(seconds=django.ACCOUNT_REAUTHENTICATION_TIMEOUT),
        "remember_time": timedelta(seconds=django.MFA_TRUST_COOKIE_AGE),
        "token_warning_time": SOON,
        "invitation_time": INVITATION_LASTS,
        "mint_time": timedelta(seconds=mint.LIFETIME),
        "pending_time": pending.LASTS,
        "quiet_time": QUIET,
        "reach_time": REACH,
    }
    return {name: in_time(each) for name, each in times.items()}


def _counts() -> dict[str, object]:
    return {
        "code_count": django.MFA_RECOVERY_CODE_COUNT,
        "xml_rpc_limit": f"{int(django.ACCOUNT_RATE_LIMITS['xmlrpc'].partition('/')[0]):,}",
        "longest_name": LONGEST_NAME,
        "notice_count": len(NOTICES),
        "claim_count": MOST_OPEN,
        "pending_count": pending.MOST,
        "updates_count": UPDATES,
        "new_projects_count": PACKAGES,
    }


def in_time(span: timedelta) -> str:
    """Write a span of time in the largest unit in which it is a whole number."""
    seconds = int(span.total_seconds())
    days, rest = divmod(seconds, 86400)
    if days and not rest:
        if days % 7 == 0 and days <= 7 * _MOST_WEEKS:
            return ngettext("%d week", "%d weeks", days // 7) % (days // 7)
        if days % 365 == 0:
            return ngettext("%d year", "%d years", days // 365) % (days // 365)
        return ngettext("%d day", "%d days", days) % days
    if seconds % 3600 == 0:
        return ngettext("%d hour", "%d hours", seconds // 3600) % (seconds // 3600)
    if seconds % 60 == 0:
        return ngettext("%d minute", "%d minutes", seconds // 60) % (seconds // 60)
    return ngettext("%d second", "%d seconds", seconds) % seconds
