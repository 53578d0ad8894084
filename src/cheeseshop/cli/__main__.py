# SPDX-License-Identifier: Apache-2.0
"""``python -m cheeseshop.cli``."""

import sys

from cheeseshop.cli.main import main

sys.exit(main())
