# SPDX-License-Identifier: Apache-2.0
"""Upload forms as clients send them."""


def form_fields(**changes: str | list[str]) -> dict[str, list[str]]:
    """Return the fields of a sound form for the wheel demo 1.0; a change to [] leaves a field out."""
    fields: dict[str, str | list[str]] = {
        ":action": "file_upload",
        "protocol_version": "1",
        "metadata_version": "2.1",
        "name": "demo",
        "version": "1.0",
        "filetype": "bdist_wheel",
        "pyversion": "py3",
        "sha256_digest": "b" * 64,
    }
    fields |= changes
    return {name: [value] if isinstance(value, str) else value for name, value in fields.items()}
