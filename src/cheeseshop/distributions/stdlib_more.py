# SPDX-License-Identifier: Apache-2.0
"""Modules of the standard library that the ``stdlib-list`` package does not know of. Data, by Python version.

``stdlib-list`` 0.12 has 2.6, 2.7 and 3.2 to 3.14. Missing are:

- 2.5: its global module index (docs.python.org/release/2.5/modindex.html) and the chapter on undocumented modules of
  its library reference, less what 2.6 still has.
- 3.0 and 3.1: nothing that is neither in 2.7 nor in 3.2 (PEP 3108 only removed).
- 3.15: ``Python/stdlib_module_names.h`` of its source, and the submodules that its documentation names.
"""

MORE: dict[str, tuple[str, ...]] = {
    "2.5": ("SV", "bsddb185", "cl", "gopherlib", "macfs", "rgbimg", "sv", "timing"),
    "3.0": (),
    "3.1": (),
    "3.15": ("_math_integer", "math.integer", "profiling", "profiling.sampling", "profiling.tracing"),
}
