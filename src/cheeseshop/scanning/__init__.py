# SPDX-License-Identifier: Apache-2.0
"""Published files, looked into for what may harm: by a child process, with observations as its only consequence."""
