# SPDX-License-Identifier: Apache-2.0
"""The site's shell: base templates, components, static files, error pages."""
