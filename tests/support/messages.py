# SPDX-License-Identifier: Apache-2.0
"""Read the texts that are marked into the catalogues, and compile them: ``make messages``.

GNU gettext does both. What changes at every run without saying anything (dates, line numbers) is left out, so that a
run that finds nothing new changes no file.
"""

import os
import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

SOURCES = Path(__file__).parents[2] / "src" / "cheeseshop"
CATALOGUES = SOURCES / "web" / "locale"
_NOISE = re.compile(r'^"(?:POT-Creation-Date|PO-Revision-Date|Report-Msgid-Bugs-To): .*\\n"\n', re.MULTILINE)
_UNTOUCHED = re.compile(r'\A# SOME DESCRIPTIVE TITLE.*?\nmsgid ""\nmsgstr ""\n.*?\n\n', re.DOTALL)
_PLURALS = re.compile(r'^"Plural-Forms: .*\\n"\n', re.MULTILINE)


def extract(catalogues: Path) -> None:
    """Bring the catalogues in a folder up to date with what the sources mark."""
    from django.conf import settings
    from django.core.management.commands import makemessages
    from django.test.utils import override_settings
    from django.utils.translation import to_locale

    class Command(makemessages.Command):
        # A guess from a similar text is no translation, and would have to be marked as one that nobody checked.
        msgmerge_options = ["-q", "--backup=none", "--update", "--no-fuzzy-matching"]  # noqa: RUF012 - as Django has it
        requires_system_checks = ()

    locales = [to_locale(code) for code, _ in settings.LANGUAGES if code != settings.LANGUAGE_CODE]
    here = Path.cwd()
    os.chdir(SOURCES)
    try:
        with override_settings(LOCALE_PATHS=[str(catalogues)]):
            arguments = [f"--locale={each}" for each in locales]
            fixed = [
                "--ignore=web/locale",
                "--keep-pot",
                "--no-obsolete",
                "--add-location=file",
                "--no-wrap",
                "--verbosity=0",
            ]
            Command().run_from_argv(["cheeseshop", "makemessages", *arguments, *fixed])
    finally:
        os.chdir(here)
    for each in [catalogues / "django.pot", *catalogues.rglob("*.po")]:
        text = _NOISE.sub("", each.read_text("utf-8"))
        each.write_text(_UNTOUCHED.sub(lambda found, at=each: _header(at, found.group()), text), "utf-8")


def _header(catalogue: Path, made: str) -> str:
    """Return a catalogue's first entry, in the place of the form that gettext leaves to be filled in."""
    language = catalogue.parents[1].name if catalogue.suffix == ".po" else ""
    told = (
        "Project-Id-Version: Cheeseshop",
        f"Language: {language}",
        "MIME-Version: 1.0",
        "Content-Type: text/plain; charset=UTF-8",
        "Content-Transfer-Encoding: 8bit",
    )
    plurals = _PLURALS.search(made) if language else None
    lines = "".join(f'"{each}\\n"\n' for each in told) + (plurals.group() if plurals else "")
    return f'# SPDX-License-Identifier: Apache-2.0\nmsgid ""\nmsgstr ""\n{lines}\n'


def compile_catalogue(source: Path, target: Path) -> str:
    """Compile one catalogue, checking its form and its placeholders; return what is wrong with it, or nothing."""
    command = ["msgfmt", "--check-format", "--check-domain", "--output-file", str(target), str(source)]
    done = subprocess.run(command, capture_output=True, text=True, check=False, env={**os.environ, "LC_ALL": "C"})
    return done.stderr if done.returncode else ""


def main() -> int:
    """Extract, then compile; return a program's exit status."""
    if not shutil.which("msgfmt"):
        print("GNU gettext is missing: install it (Debian: apt install gettext).", file=sys.stderr)
        return 1
    with tempfile.TemporaryDirectory() as data:
        os.environ.update(CHEESESHOP_DATA=data, DJANGO_SETTINGS_MODULE="cheeseshop.config.settings")
        import django

        django.setup()
        extract(CATALOGUES)
    wrong = [compile_catalogue(each, each.with_suffix(".mo")) for each in sorted(CATALOGUES.rglob("*.po"))]
    print("".join(wrong), end="", file=sys.stderr)
    return int(any(wrong))


if __name__ == "__main__":
    sys.exit(main())
