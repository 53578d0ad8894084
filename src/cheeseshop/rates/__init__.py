# SPDX-License-Identifier: Apache-2.0
"""How often something was done within an hour: counted in the shared cache, or in the database where there is none."""
