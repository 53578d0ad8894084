# SPDX-License-Identifier: Apache-2.0
"""Looking inside published files: what they hold, what is written there, and what changed between two of them.

Nothing is unpacked to the disk, and everything that is read or shown is bounded in size and in time.
"""
