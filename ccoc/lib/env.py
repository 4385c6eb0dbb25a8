"""Typed readers of the environment, with secrets from files."""

import json
import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import unquote, urlsplit


@dataclass(frozen=True)
class Env:
    """Settings by name: the process environment first, then what the running local stack wrote down."""

    values: Mapping[str, str]

    @classmethod
    def read(cls, stack_file: Path) -> "Env":
        """Merge `stack_file` (JSON object written by `ccoc.local` while it runs) under the environment."""
        written = json.loads(stack_file.read_text("utf-8")) if stack_file.is_file() else {}
        return cls({**written, **os.environ})

    def text(self, name: str, default: str = "") -> str:
        """Value of `NAME`, or the stripped content of the file that `NAME_FILE` points to."""
        if path := self.values.get(f"{name}_FILE"):
            return Path(path).read_text("utf-8").strip()
        return self.values.get(name, default)

    def flag(self, name: str, *, default: bool = False) -> bool:
        return self.text(name, "1" if default else "0").lower() in {"1", "true", "yes", "on"}

    def number(self, name: str, default: int) -> int:
        return int(self.text(name, str(default)))

    def words(self, name: str, default: str = "") -> list[str]:
        return [word.strip() for word in self.text(name, default).split(",") if word.strip()]


@dataclass(frozen=True)
class DatabaseAddress:
    """Parts of a `postgresql://user:password@host:port/name` address."""

    host: str
    port: int
    name: str
    user: str
    password: str

    @classmethod
    def parse(cls, url: str) -> "DatabaseAddress":
        parts = urlsplit(url)
        if parts.scheme not in {"postgresql", "postgres"}:
            raise ValueError("DATABASE_URL must begin with postgresql://")
        return cls(
            host=unquote(parts.hostname or "127.0.0.1"),
            port=parts.port or 5432,
            name=unquote(parts.path.lstrip("/")),
            user=unquote(parts.username or ""),
            password=unquote(parts.password or ""),
        )
