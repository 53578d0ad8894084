# SPDX-License-Identifier: Apache-2.0
"""The settings of this process, read once."""

import os
import secrets
from functools import cache

from cheeseshop.core.settings import Settings, load_settings


@cache
def settings() -> Settings:
    """Return the typed settings of this process."""
    return load_settings()


@cache
def secret_key() -> str:
    """Return the configured secret key, or the one kept in the data folder, made at its first use."""
    conf = settings()
    if conf.secret_key:
        return conf.secret_key
    conf.data.mkdir(parents=True, exist_ok=True)
    path = conf.data / "secret.key"
    fresh = conf.data / f".secret.key.{os.getpid()}"
    if not path.exists():
        fresh.touch(mode=0o600)
        fresh.write_text(secrets.token_urlsafe(64), "ascii")
        try:
            os.link(fresh, path)  # the first of several processes wins
        except FileExistsError:
            pass
        finally:
            fresh.unlink()
    return path.read_text("ascii").strip()
