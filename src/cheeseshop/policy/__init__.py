# SPDX-License-Identifier: Apache-2.0
"""Who may read what: one pure function over frozen facts."""

from cheeseshop.policy.decision import Decision, Verdict, decide

__all__ = ["Decision", "Verdict", "decide"]
