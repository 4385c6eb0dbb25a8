"""Troubles that the demo can make, as orders to the simulator."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from ccoc.demo import fleet

Order = dict[str, object]


@dataclass(frozen=True)
class Fault:
    """One trouble: what happens, to which cameras."""

    key: str
    label: Promise
    simulator_fault: str
    codes: tuple[str, ...]

    def orders(self, *, begins: bool) -> Iterator[Order]:
        """What to tell the simulator."""
        for code in self.codes:
            yield {"path": f"/{code}", "fault": self.simulator_fault, "on": begins}


def _behind(switch: str) -> tuple[str, ...]:
    return tuple(row.code for row in fleet.cameras() if row.switch == switch)


FAULTS: Final = (
    Fault("still", _("Camera C-020 stands still"), "stall", ("C-020",)),
    Fault("gone", _("Camera C-008 does not answer"), "rst", ("C-008",)),
    Fault("switch", _("Switch SW-02 loses power: 12 cameras"), "rst", _behind("SW-02")),
)
BY_KEY: Final = {fault.key: fault for fault in FAULTS}
