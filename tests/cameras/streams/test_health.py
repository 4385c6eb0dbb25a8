import pytest

from cameras.streams.errors import (
    AddressRefused,
    AuthFailed,
    BadStream,
    Disconnected,
    NotFound,
    SessionLimit,
    Stalled,
    StreamError,
    Unreachable,
)
from cameras.streams.health import (
    Change,
    FleetChange,
    FleetGuard,
    FleetState,
    Health,
    HealthChange,
    health_of,
)


def lost(code: str, health: Health = Health.STALLED) -> HealthChange:
    return HealthChange(code, health, 0.0, previous=Health.LIVE)


def back(code: str) -> HealthChange:
    return HealthChange(code, Health.LIVE, 0.0, previous=Health.STALLED)


class Told:
    """A guard, what it told, and a clock in one hand."""

    def __init__(self, total: int) -> None:
        self.changes: list[Change] = []
        self.guard = FleetGuard(self.changes.append)
        self.total, self.down = total, 0

    def lose(self, *codes: str, now_s: float) -> None:
        for code in codes:
            self.down += 1
            self.guard.note(lost(code), now_s)

    def regain(self, *codes: str, now_s: float) -> None:
        for code in codes:
            self.down -= 1
            self.guard.note(back(code), now_s)

    def tick(self, now_s: float) -> None:
        self.guard.tick(now_s, at=now_s, down=self.down, total=self.total)


@pytest.mark.parametrize(
    ("error", "health"),
    [
        (AuthFailed(), Health.AUTH_FAILED),
        (Stalled(), Health.STALLED),
        (Unreachable(), Health.UNREACHABLE),
        (SessionLimit(), Health.UNREACHABLE),
        (NotFound(), Health.BACKOFF),
        (Disconnected(), Health.BACKOFF),
        (BadStream(), Health.BACKOFF),
        (AddressRefused(), Health.BACKOFF),
    ],
)
def test_health_of_each_error(error: StreamError, health: Health) -> None:
    assert health_of(error) is health


def test_guard_tells_single_loss_after_a_moment() -> None:
    told = Told(total=100)

    told.lose("C-001", now_s=10.0)
    told.tick(10.25)
    assert told.changes == []
    told.tick(10.75)

    assert told.changes == [lost("C-001")]


def test_guard_tells_many_losses_as_one() -> None:
    told = Told(total=10)

    told.lose("C-1", "C-2", "C-3", "C-4", now_s=10.0)
    told.tick(10.25)

    (change,) = told.changes
    assert isinstance(change, FleetChange)
    assert (change.state, change.down, change.total) == (FleetState.DOWN, 4, 10)
    assert [single.code for single in change.changes] == ["C-1", "C-2", "C-3", "C-4"]


def test_guard_adds_losses_of_ten_seconds() -> None:
    told = Told(total=10)

    for second, code in enumerate(["C-1", "C-2", "C-3", "C-4"]):
        told.lose(code, now_s=second * 2.0)
        told.tick(second * 2.0 + 0.6)

    assert [type(change) for change in told.changes] == [HealthChange] * 3 + [FleetChange]


def test_guard_forgets_losses_older_than_its_window() -> None:
    told = Told(total=10)

    for second, code in enumerate(["C-1", "C-2", "C-3", "C-4"]):
        told.lose(code, now_s=second * 4.0)
        told.tick(second * 4.0 + 0.6)

    assert [type(change) for change in told.changes] == [HealthChange] * 4


def test_guard_of_few_cameras_stays_with_single_changes() -> None:
    told = Told(total=3)

    told.lose("C-1", "C-2", "C-3", now_s=1.0)
    told.tick(2.0)

    assert [type(change) for change in told.changes] == [HealthChange] * 3


def test_guard_gathers_recoveries_until_the_fleet_is_back() -> None:
    told = Told(total=10)
    told.lose(*(f"C-{number}" for number in range(6)), now_s=1.0)
    told.tick(1.25)

    told.regain("C-0", "C-1", now_s=2.0)
    told.tick(2.25)
    told.regain("C-2", "C-3", "C-4", "C-5", now_s=3.0)
    told.tick(3.25)

    states = [change.state for change in told.changes if isinstance(change, FleetChange)]
    assert states == [FleetState.DOWN, FleetState.CHANGED, FleetState.RECOVERED]
    assert not told.guard.is_outage


def test_guard_never_tells_recovery_before_its_loss() -> None:
    told = Told(total=100)

    told.lose("C-001", now_s=1.0)
    told.regain("C-001", now_s=1.1)
    told.tick(1.8)

    assert told.changes == [lost("C-001"), back("C-001")]


def test_guard_loses_no_change_in_an_outage() -> None:
    told = Told(total=20)
    codes = [f"C-{number}" for number in range(20)]

    for step, code in enumerate(codes):
        told.lose(code, now_s=step * 0.3)
        told.tick(step * 0.3 + 0.1)
    for step, code in enumerate(codes):
        told.regain(code, now_s=20 + step * 0.3)
        told.tick(20 + step * 0.3 + 0.1)
    told.tick(60.0)

    singles = [change for change in told.changes if isinstance(change, HealthChange)]
    grouped = [
        inner for change in told.changes if isinstance(change, FleetChange) for inner in change.changes
    ]
    assert sorted(change.code for change in singles + grouped) == sorted(codes * 2)
