"""The private Valkey: password, no eviction, nothing acknowledged lost by kill -9."""

import stat

import pytest
import redis

from ccoc.local.valkey import Valkey
from tests.local.conftest import Start


def test_program_gives_a_server_that_never_evicts(valkey: Valkey, start: Start) -> None:
    start(valkey.program())

    with redis.Redis.from_url(valkey.url, decode_responses=True) as client:
        assert client.config_get("maxmemory-policy") == {"maxmemory-policy": "noeviction"}
        assert client.config_get("appendfsync") == {"appendfsync": "everysec"}
        assert client.config_get("bind") == {"bind": "127.0.0.1"}


def test_program_refuses_clients_without_the_password(valkey: Valkey, start: Start) -> None:
    start(valkey.program())

    with redis.Redis(port=valkey.port) as client, pytest.raises(redis.AuthenticationError):
        client.ping()


def test_prepare_shows_the_password_to_the_owner_only(valkey: Valkey) -> None:
    valkey.prepare()

    mode = (valkey.folder / "valkey.conf").stat().st_mode
    assert stat.S_IMODE(mode) == 0o600
    assert valkey.password not in " ".join(valkey.program().argv)


def test_kill_9_keeps_what_was_acknowledged(valkey: Valkey, start: Start) -> None:
    running = start(valkey.program())
    with redis.Redis.from_url(valkey.url) as client:
        for number in range(500):
            client.rpush("kept", number)

    running.process.kill()
    running.process.wait()
    start(valkey.program())

    with redis.Redis.from_url(valkey.url) as client:
        assert client.llen("kept") == 500


def test_is_answering_is_false_without_a_server(valkey: Valkey) -> None:
    assert not valkey.is_answering()
