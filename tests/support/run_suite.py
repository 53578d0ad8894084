# SPDX-License-Identifier: Apache-2.0
"""Run the suite on SQLite, then what touches the database again on PostgreSQL, where one can be had."""

import os
import subprocess
import sys

from tests.support.postgres import postgres


def main() -> int:
    """Run both passes; return the first failure's exit status."""
    pytest = [sys.executable, "-m", "pytest", "-n", os.environ.get("CHEESESHOP_TEST_WORKERS", "2"), "-q"]
    environ = {k: v for k, v in os.environ.items() if not k.startswith("CHEESESHOP_")}
    print("== The suite on SQLite", flush=True)
    status = subprocess.run([*pytest, "tests"], env=environ, check=False).returncode
    if status:
        return status
    with postgres() as url:
        if url is None:
            print("== PostgreSQL was skipped: no server answers and none is installed", flush=True)
            return 0
        print("== The suite's database tests on PostgreSQL", flush=True)
        environ["CHEESESHOP_DATABASE_URL"] = url
        return subprocess.run([*pytest, "-m", "django_db or index", "tests"], env=environ, check=False).returncode


if __name__ == "__main__":
    sys.exit(main())
