"""Ways in which a simulated camera misbehaves; switched per camera, before or while it runs."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum


class Fault(StrEnum):
    """`value` in brackets where a fault takes one."""

    STALL = "stall"  # the connection stays open, nothing is sent or answered
    RESET = "rst"  # running and new connections are reset
    UNAUTHORIZED = "401"
    MISSING = "404"
    SESSION_LIMIT = "session_limit"  # [most sessions] more are answered 453
    GARBAGE = "garbage"  # payloads are no NAL units but random bytes
    WRONG_SETS = "wrong_sps"  # parameter sets, described and in band, are random bytes
    RESOLUTION = "resolution"  # [clip] from now on another clip plays
    TIME_JUMP = "timestamp_jump"  # [seconds] timestamps are that much later while it is on
    LOSS = "loss"  # [share 0..1] packets lost at random
    LORIS = "slow_loris"  # answers leave one byte in half a second
    SKEW = "clock_skew"  # [seconds] sender reports are that much later


Value = float | str


@dataclass(frozen=True, slots=True)
class FaultSwitch:
    """One order to a simulated camera."""

    fault: Fault
    is_on: bool = True
    value: Value = 0.0


class Faults:
    """Faults of one camera that are on now, with their values."""

    def __init__(self, switches: Iterable[FaultSwitch] = ()) -> None:
        self._on: dict[Fault, Value] = {}
        for switch in switches:
            self.apply(switch)

    def apply(self, switch: FaultSwitch) -> None:
        """Switch a fault on or off."""
        if switch.is_on:
            self._on[switch.fault] = switch.value
        else:
            self._on.pop(switch.fault, None)

    def __contains__(self, fault: Fault) -> bool:
        return fault in self._on

    def number(self, fault: Fault) -> float:
        """Numeric value of a fault, 0 while it is off."""
        return float(self._on.get(fault, 0.0))

    def text(self, fault: Fault) -> str:
        """Textual value of a fault, empty while it is off."""
        return str(self._on.get(fault, ""))


def parse_switch(entry: str | Mapping[str, object]) -> FaultSwitch:
    """ "stall", or {"fault": "loss", "value": 0.05, "on": true}; raises ValueError for an unknown fault."""
    if isinstance(entry, str):
        return FaultSwitch(Fault(entry))
    value = entry.get("value", 0.0)
    if not isinstance(value, int | float | str):
        raise ValueError("fault value must be a number or a text")
    return FaultSwitch(Fault(str(entry.get("fault"))), bool(entry.get("on", True)), value)
