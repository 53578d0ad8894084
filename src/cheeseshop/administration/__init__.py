# SPDX-License-Identifier: Apache-2.0
"""The administration site: Django's, that reads everything and changes nothing but through flows, with a reason."""
