# SPDX-License-Identifier: Apache-2.0
"""Views, by who asks: clients that exchange tokens, people, administrators."""
