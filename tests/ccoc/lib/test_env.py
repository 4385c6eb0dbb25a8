"""Typed settings from the environment and secrets from files."""

import json
from pathlib import Path

import pytest

from ccoc.lib.env import DatabaseAddress, Env


def test_read_prefers_the_environment_to_the_stack_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    stack = tmp_path / "env.json"
    stack.write_text(json.dumps({"REDIS_URL": "redis://stack", "DATABASE_URL": "postgresql://stack/x"}))
    monkeypatch.setenv("REDIS_URL", "redis://mine")
    monkeypatch.delenv("DATABASE_URL", raising=False)

    env = Env.read(stack)

    assert env.text("REDIS_URL") == "redis://mine"
    assert env.text("DATABASE_URL") == "postgresql://stack/x"


def test_text_reads_a_secret_from_its_file(tmp_path: Path) -> None:
    secret = tmp_path / "key"
    secret.write_text("from-file\n")

    assert Env({"SECRET_KEY_FILE": str(secret), "SECRET_KEY": "plain"}).text("SECRET_KEY") == "from-file"


@pytest.mark.parametrize(
    ("text", "flag"), [("1", True), ("true", True), ("ON", True), ("0", False), ("", False)]
)
def test_flag_reads_the_usual_words(text: str, flag: bool) -> None:
    assert Env({"CCOC_TLS": text}).flag("CCOC_TLS") is flag


def test_parse_database_address_with_encoded_password() -> None:
    address = DatabaseAddress.parse("postgresql://ccoc:p%40ss%2Fw@db:6543/portal")

    assert address == DatabaseAddress("db", 6543, "portal", "ccoc", "p@ss/w")


def test_parse_database_address_of_another_kind_is_refused() -> None:
    with pytest.raises(ValueError, match="postgresql"):
        DatabaseAddress.parse("mysql://x/y")
