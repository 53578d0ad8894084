# SPDX-License-Identifier: Apache-2.0
"""API tokens: macaroons, and the principals they stand for."""
