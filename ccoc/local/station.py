"""Secrets of a station's deployment: one file each, made once, mounted by docker-compose.yml."""

import base64
import os
import secrets
from pathlib import Path

from ccoc.local.home import PROJECT_ROOT, made

FOLDER = PROJECT_ROOT / "deploy" / "secrets"
VALKEY_SETTINGS = (
    "dir /data",
    "appendonly yes",
    "appendfsync everysec",
    'save ""',
    "maxmemory-policy noeviction",
)


def fresh_secrets() -> dict[str, str]:
    """Return the content of every file; addresses and servers share their passwords."""
    postgres, valkey = secrets.token_urlsafe(36), secrets.token_urlsafe(36)
    return {
        "postgres_password": postgres,
        "database_url": f"postgresql://ccoc:{postgres}@postgres:5432/ccoc",
        "redis_url": f"redis://:{valkey}@valkey:6379/0",
        "valkey_conf": "\n".join((f"requirepass {valkey}", *VALKEY_SETTINGS)),
        "secret_key": secrets.token_urlsafe(48),
        "camera_secret_key": base64.urlsafe_b64encode(os.urandom(32)).decode(),
    }


def write_secrets(folder: Path = FOLDER) -> list[Path]:
    """Write the files when there are none; return what was written. Existing secrets are never replaced.

    The folder is private (0700); the files are readable because each container reads them as its own user.
    """
    made(folder, mode=0o700)
    if any(folder.iterdir()):
        return []
    written = []
    for name, content in fresh_secrets().items():
        path = folder / name
        path.write_text(content + "\n", "utf-8")
        path.chmod(0o644)
        written.append(path)
    return written
