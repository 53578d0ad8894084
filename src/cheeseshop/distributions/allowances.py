# SPDX-License-Identifier: Apache-2.0
"""Rules of public indexes that an administrator may relax."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Allowances:
    """What this index takes beyond the defaults.

    Versions such as `1.0+cu128`, `linux_*` platform tags, and Python code that is encrypted.
    """

    local_versions: bool = False
    plain_linux_platforms: bool = False
    hidden_code: bool = False


DEFAULT_ALLOWANCES = Allowances()
