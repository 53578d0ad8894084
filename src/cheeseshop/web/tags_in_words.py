# SPDX-License-Identifier: Apache-2.0
"""What can install a wheel, in the reader's language."""

from django.utils.text import get_text_list
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from cheeseshop.distributions.compatibility import Build, Interpreter, Platform, System, compatibility_of


def interpreters_in_words(filename: str) -> str:
    """Say which interpreters can install the wheel of that name, such as ``CPython 3.9 and later``."""
    found = compatibility_of(filename)
    return ", ".join(map(_interpreter, found.interpreters)) if found else ""


def platforms_in_words(filename: str) -> str:
    """Say on what they must run, such as ``macOS 11+, arm64``."""
    found = compatibility_of(filename)
    return "; ".join(map(_platform, found.platforms)) if found else ""


def tags_in_words(filename: str) -> str:
    """Say both in one line; of what is no wheel, that it is source."""
    if not compatibility_of(filename):
        return _("Source")
    return f"{interpreters_in_words(filename)}, {platforms_in_words(filename)}"


def _interpreter(each: Interpreter) -> str:
    versions = get_text_list(list(each.versions), pgettext("one of several versions", "or"))
    if not versions:
        return each.name
    if each.name == "python":
        whole = _("Python %(version)s and later") if each.later else _("Any Python %(version)s")
        return whole % {"version": versions}
    whole = _("%(name)s %(version)s and later") if each.later else _("%(name)s %(version)s")
    return whole % {"name": each.name, "version": versions} + _build(each.build)


def _build(build: Build | None) -> str:
    return {
        None: "",
        Build.FREE_THREADED: _(" (free-threaded)"),
        Build.EITHER: _(" (with or without free threading)"),
        Build.DEBUG: _(" (debug build)"),
    }[build]


def _platform(each: Platform) -> str:
    system = each.tag if each.system is System.OTHER else _system(each.system) % {"version": each.version}
    return ", ".join([system, *each.processors])


def _system(system: System) -> str:
    return {
        System.ANY: _("any platform"),
        System.GLIBC: _("Linux with glibc %(version)s+"),
        System.MUSL: _("Linux with musl %(version)s+"),
        System.LINUX: "Linux",
        System.MACOS: "macOS %(version)s+",
        System.WINDOWS: "Windows",
        System.IOS: "iOS %(version)s+",
        System.IOS_SIMULATOR: _("iOS simulator %(version)s+"),
        System.ANDROID: _("Android with API level %(version)s+"),
        System.EMSCRIPTEN: _("browsers (Emscripten of Pyodide %(version)s)"),
    }[system]
