"""The result desk: from the hub through the spool to who asked, whatever fails between."""

import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import pytest
from django.db import DataError, OperationalError, ProgrammingError

from cameras import results
from cameras.ingest.handing import ResultDesk
from cameras.streams.analysers import Result
from cameras.streams.results import Finding
from tests.cameras.waiting import wait_until

MakeDesk = Callable[[], ResultDesk]


def finding(number: int) -> Finding:
    return Finding("C-001", time.time(), Result("told", {"pass_id": str(number)}, {"crop": b"jpeg"}))


def ids(findings: Sequence[Finding]) -> list[str]:
    return [str(finding.result.body["pass_id"]) for finding in findings]


class Listener:
    """A handler that fails with these errors first, and always for the results named bad."""

    def __init__(self, *errors: Exception, bad: str = "", error: type[Exception] = ValueError) -> None:
        self.heard: list[str] = []
        self.received_at: list[float] = []
        self.pictures: list[dict[str, bytes]] = []
        self.calls = 0
        self._errors, self._bad, self._error = iter(errors), bad, error

    def __call__(self, findings: Sequence[Finding]) -> None:
        self.calls += 1
        for error in self._errors:
            raise error
        if self._bad in ids(findings):
            raise self._error("no such camera")
        self.heard += ids(findings)
        self.received_at += [float(str(finding.result.body["received_at"])) for finding in findings]
        self.pictures += [dict(finding.result.pictures) for finding in findings]


@pytest.fixture
def listen(monkeypatch: pytest.MonkeyPatch) -> Callable[[Listener], Listener]:
    monkeypatch.setattr("cameras.ingest.handing.FIRST_PAUSE_S", 0.01)
    monkeypatch.setattr("cameras.ingest.handing.LONGEST_PAUSE_S", 0.02)

    def listen(listener: Listener) -> Listener:
        monkeypatch.setitem(results._handlers, "told", [listener])
        return listener

    return listen


@pytest.fixture
def start_desk(picture_root: Path) -> Iterator[MakeDesk]:
    desks: list[ResultDesk] = []

    def start() -> ResultDesk:
        desk = ResultDesk()
        desk.start()
        desks.append(desk)
        return desk

    yield start
    for desk in desks:
        desk.stop(5)


def test_result_reaches_its_handler_with_its_pictures(
    listen: Callable[[Listener], Listener], start_desk: MakeDesk
) -> None:
    listener = listen(Listener())
    before = time.time()

    start_desk().put(finding(1))

    wait_until(lambda: listener.heard == ["1"])
    assert listener.pictures == [{"crop": b"jpeg"}]
    assert before <= listener.received_at[0] <= time.time()


@pytest.mark.parametrize("error", [OperationalError, ProgrammingError])
def test_database_that_is_away_is_waited_for(
    listen: Callable[[Listener], Listener], start_desk: MakeDesk, error: type[Exception]
) -> None:
    listener = listen(Listener(*[error("away")] * 20))
    desk = start_desk()

    desk.put(finding(1))
    desk.put(finding(2))

    wait_until(lambda: desk.handed == 2)
    assert listener.heard == ["1", "2"]
    assert desk.given_up == 0


@pytest.mark.parametrize("error", [ValueError, DataError])
def test_bad_result_is_laid_aside_and_holds_up_no_other(
    listen: Callable[[Listener], Listener],
    start_desk: MakeDesk,
    caplog: pytest.LogCaptureFixture,
    error: type[Exception],
) -> None:
    listener = listen(Listener(bad="2", error=error))
    desk = start_desk()

    for number in (1, 2, 3):
        desk.put(finding(number))

    wait_until(lambda: set(listener.heard) == {"1", "3"} and desk.given_up == 1)
    assert "result 2 of camera C-001 was given up: handler failed" in caplog.text


def test_result_laid_aside_is_tried_again_by_the_next_worker(
    listen: Callable[[Listener], Listener], start_desk: MakeDesk
) -> None:
    listen(Listener(bad="2"))
    desk = start_desk()
    desk.put(finding(2))
    wait_until(lambda: desk.given_up == 1)
    desk.stop(5)
    mended = listen(Listener())

    start_desk()

    wait_until(lambda: mended.heard == ["2"])


def test_what_a_worker_could_not_hand_over_the_next_one_does(
    listen: Callable[[Listener], Listener], start_desk: MakeDesk
) -> None:
    away = listen(Listener(*[OperationalError("away")] * 1_000_000))
    desk = start_desk()
    for number in range(5):
        desk.put(finding(number))
    wait_until(lambda: away.calls > 2)
    desk.stop(0.2)
    back = listen(Listener())

    heir = start_desk()

    wait_until(lambda: heir.handed == 5)
    assert back.heard == ["0", "1", "2", "3", "4"]
    assert back.pictures == [{"crop": b"jpeg"}] * 5


def test_worker_that_lives_adopts_what_a_dead_one_left(
    listen: Callable[[Listener], Listener], start_desk: MakeDesk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("cameras.ingest.handing.ADOPT_S", 0.05)
    listener = listen(Listener())
    living = start_desk()
    dying = ResultDesk()
    left = Result("told", {"pass_id": "8", "received_at": 1.0})
    dying._spool.append(Finding("C-001", time.time(), left))

    dying._spool.close()

    wait_until(lambda: listener.heard == ["8"])
    assert living.handed == 1


def test_disk_that_takes_nothing_leaves_memory(
    listen: Callable[[Listener], Listener], tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    listener = listen(Listener())
    (tmp_path / "file").write_text("")
    desk = ResultDesk(tmp_path / "file")
    desk.start()

    desk.put(finding(1))

    wait_until(lambda: listener.heard == ["1"])
    desk.stop(5)
    assert "could not be spooled" in caplog.text


def test_desk_that_is_full_says_what_it_lost(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr("cameras.ingest.handing.CAPACITY", 2)
    desk = ResultDesk()

    for number in range(3):
        desk.put(finding(number))

    assert desk.given_up == 1
    assert "result 2 of camera C-001 was given up: no room" in caplog.text
