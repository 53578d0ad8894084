# SPDX-License-Identifier: Apache-2.0
"""Checks of distributions and of what clients say about them: a pure library over untrusted bytes.

Nothing here knows of rows, requests or Django. Every refusal is a `DistributionRefused` whose message is for the
person who uploads.
"""

from cheeseshop.distributions.allowances import Allowances
from cheeseshop.distributions.digests import check_digests
from cheeseshop.distributions.errors import DistributionRefused
from cheeseshop.distributions.filenames import ParsedFilename, check_upload_filename, parse_filename
from cheeseshop.distributions.form import UploadForm, check_content_type, validate_form
from cheeseshop.distributions.inspection import Inspection, inspect_distribution
from cheeseshop.distributions.metadata import CoreMetadata, parse_core_metadata
from cheeseshop.distributions.names import check_project_name, is_stdlib_name, ultranormalize
from cheeseshop.distributions.rendering import render_description

__all__ = [
    "Allowances",
    "CoreMetadata",
    "DistributionRefused",
    "Inspection",
    "ParsedFilename",
    "UploadForm",
    "check_content_type",
    "check_digests",
    "check_project_name",
    "check_upload_filename",
    "inspect_distribution",
    "is_stdlib_name",
    "parse_core_metadata",
    "parse_filename",
    "render_description",
    "ultranormalize",
    "validate_form",
]
