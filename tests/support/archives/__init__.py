# SPDX-License-Identifier: Apache-2.0
"""Builders of distributions for tests: valid ones, and every kind of hostile one.

Everything is built in memory by code, so that no opaque binary has to live in the repository and a reader sees
what is wrong with each archive.
"""

from tests.support.archives.build import BuiltDistribution, build_sdist, build_wheel, metadata_text, record_text

__all__ = ["BuiltDistribution", "build_sdist", "build_wheel", "metadata_text", "record_text"]
