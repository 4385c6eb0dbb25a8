"""The learning rate over a run: up quickly, down slowly."""

import math
from typing import Final

_WARM: Final = 0.15


def rate_share(done: float) -> float:
    """Return the share of the peak rate when `done` (0 to 1) of the run is over; depends on nothing else."""
    if done < _WARM:
        return 0.04 + 0.96 * (1 - math.cos(math.pi * done / _WARM)) / 2
    return max(1e-4, (1 + math.cos(math.pi * (done - _WARM) / (1 - _WARM))) / 2)
