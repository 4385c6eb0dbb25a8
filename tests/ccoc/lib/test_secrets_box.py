"""Secrets sealed for the database."""

import pytest

from ccoc.lib.secrets_box import SecretsBox, Unreadable


def test_open_gives_back_what_was_sealed() -> None:
    box = SecretsBox("portal key", "sos")

    assert box.open(box.seal("whsec_รหัส")) == "whsec_รหัส"


def test_seal_hides_the_secret_and_never_repeats_itself() -> None:
    box = SecretsBox("portal key", "sos")

    assert "whsec" not in box.seal("whsec_1")
    assert box.seal("whsec_1") != box.seal("whsec_1")


@pytest.mark.parametrize("other", [SecretsBox("other key", "sos"), SecretsBox("portal key", "cameras")])
def test_open_by_another_key_or_purpose_is_refused(other: SecretsBox) -> None:
    sealed = SecretsBox("portal key", "sos").seal("whsec_1")

    with pytest.raises(Unreadable):
        other.open(sealed)


@pytest.mark.parametrize("sealed", ["", "x", "gAAAAA", "ก"])
def test_open_of_something_else_is_refused(sealed: str) -> None:
    with pytest.raises(Unreadable):
        SecretsBox("portal key", "sos").open(sealed)
