# SPDX-License-Identifier: Apache-2.0
"""People: the user model, on django-allauth."""
