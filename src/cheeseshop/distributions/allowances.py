# SPDX-License-Identifier: Apache-2.0
"""Rules of public indexes that an administrator may relax."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Allowances:
    """What this index takes beyond the defaults: versions such as `1.0+cu128`, and `linux_*` platform tags."""

    local_versions: bool = False
    plain_linux_platforms: bool = False


DEFAULT_ALLOWANCES = Allowances()
