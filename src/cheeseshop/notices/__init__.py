# SPDX-License-Identifier: Apache-2.0
"""What administrators tell people: the site's own texts (terms, privacy, credits …) and announcements."""
