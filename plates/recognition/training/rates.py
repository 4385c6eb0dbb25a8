"""The learning rate over a run, up quickly and down slowly, and the running mean of the weights."""

import math
from typing import Final

from torch import Tensor, nn

_WARM: Final = 0.15


def rate_share(done: float) -> float:
    """Return the share of the peak rate when `done` (0 to 1) of the run is over; depends on nothing else."""
    if done < _WARM:
        return 0.04 + 0.96 * (1 - math.cos(math.pi * done / _WARM)) / 2
    return max(1e-4, (1 + math.cos(math.pi * (done - _WARM) / (1 - _WARM))) / 2)


def average(mean: dict[str, Tensor], net: nn.Module, keep: float) -> None:
    """Move the running mean of a network's state towards its present one, in place."""
    for name, value in net.state_dict().items():
        if value.is_floating_point():
            mean[name].lerp_(value, 1 - keep)
        else:
            mean[name].copy_(value)
