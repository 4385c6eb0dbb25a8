import base64
import io
import logging
import subprocess
import sys
from urllib.parse import quote

import pytest

from cameras.streams.redaction import MASK, REDACTOR, RedactionFilter, Redactor, install
from cameras.streams.units import StreamSource

AWKWARD = ["plain", "with.dot", "p@ss", "100%sure", "a:b/c?d#e", "รหัสผ่าน", "ends\\", "(group)", "x"]


@pytest.fixture
def log() -> tuple[logging.Logger, io.StringIO, Redactor]:
    written, redactor = io.StringIO(), Redactor()
    handler = logging.StreamHandler(written)
    handler.addFilter(RedactionFilter(redactor))
    logger = logging.getLogger("tests.guarded")
    logger.handlers, logger.propagate = [handler], False
    return logger, written, redactor


@pytest.mark.parametrize("secret", AWKWARD)
def test_scrub_removes_raw_encoded_and_basic_forms(secret: str) -> None:
    redactor = Redactor()
    redactor.add(secret, username="admin")
    basic = base64.b64encode(f"admin:{secret}".encode()).decode()

    for form in (secret, quote(secret, safe=""), basic):
        assert redactor.scrub(f"<{form}>") == f"<{MASK}>"


def test_scrub_prefers_the_longer_of_two_secrets() -> None:
    redactor = Redactor()
    redactor.add("abc")
    redactor.add("abcdef")

    assert redactor.scrub("=abcdef=") == f"={MASK}="


def test_scrub_masks_user_part_of_unknown_url() -> None:
    text = Redactor().scrub("cannot open rtsp://admin:un.known%40@10.0.0.5/stream")

    assert text == f"cannot open rtsp://{MASK}@10.0.0.5/stream"


def test_scrub_masks_authorization_header() -> None:
    text = Redactor().scrub('DESCRIBE\r\nAuthorization: Digest username="a", response="b"\r\nCSeq: 1')

    assert "Digest" not in text
    assert text.endswith("CSeq: 1")


def test_discard_keeps_secret_shared_by_another_camera() -> None:
    redactor = Redactor()
    redactor.add("shared")
    redactor.add("shared")

    redactor.discard("shared")

    assert "shared" not in redactor.scrub("shared")
    redactor.discard("shared")
    assert redactor.scrub("shared") == "shared"


def test_empty_secret_masks_nothing() -> None:
    redactor = Redactor()
    redactor.add("")

    assert redactor.scrub("text") == "text"


def test_filter_scrubs_parameters_of_message(log: tuple[logging.Logger, io.StringIO, Redactor]) -> None:
    logger, written, redactor = log
    redactor.add("hunter2")

    logger.warning("camera %s said %s", "C-001", "hunter2")

    assert written.getvalue() == f"camera C-001 said {MASK}\n"


def test_filter_scrubs_traceback(log: tuple[logging.Logger, io.StringIO, Redactor]) -> None:
    logger, written, redactor = log
    redactor.add("hunter2")

    try:
        raise OSError("rtsp://u:hunter2@host refused")
    except OSError:
        logger.exception("reading failed")

    assert "hunter2" not in written.getvalue()
    assert "OSError" in written.getvalue()


def test_install_guards_each_handler_once() -> None:
    logger = logging.getLogger("tests.root")
    logger.handlers = [logging.NullHandler()]

    install(logger)
    install(logger)

    assert [type(known) for known in logger.handlers[0].filters] == [RedactionFilter]


def test_source_repr_hides_password() -> None:
    assert "hunter2" not in repr(StreamSource("C-001", "rtsp://10.0.0.5/", "admin", "hunter2"))


def test_process_redactor_starts_empty_of_test_secrets() -> None:
    assert REDACTOR.scrub("hunter2") == "hunter2"


@pytest.mark.parametrize("handlers", ["[]", "[logging.StreamHandler()]"])
def test_install_guards_loggers_with_handlers_of_their_own_and_without(handlers: str) -> None:
    source = (
        "import logging\n"
        "from cameras.streams import redaction\n"
        f"logging.getLogger('libav').handlers = {handlers}\n"
        "redaction.install()\n"
        "logging.getLogger('libav').error('cannot open rtsp://admin:hunter2@10.0.0.5/stream')\n"
    )

    done = subprocess.run([sys.executable, "-c", source], stderr=subprocess.PIPE, text=True, check=True)

    assert f"cannot open rtsp://{MASK}@10.0.0.5/stream" in done.stderr
    assert "hunter2" not in done.stderr
