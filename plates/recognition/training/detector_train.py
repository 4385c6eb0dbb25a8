"""Trains the detector: one seeded run over windows made as it goes, resumable."""

import logging
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn

from plates.recognition.training.detector_data import Window, Windows, licensed_scenes, plate_pool, targets
from plates.recognition.training.detector_net import DetectorNet, detector_loss
from plates.recognition.training.rates import average, rate_share

log = logging.getLogger(__name__)

_SAVE_EVERY = 100
_EMA = 0.998


@dataclass(frozen=True, slots=True)
class DetectorConfig:
    """The [detector] table of config.toml."""

    seed: int
    samples: int
    batch: int
    rate: float
    side: tuple[int, int]
    plates: int
    crops: int
    glance: float
    threshold: float
    quantised_by: int


def train_detector(config: DetectorConfig, checkpoint: Path, *, resume: bool) -> DetectorNet:
    """Train to the end of the run and return the network; keeps a checkpoint as it goes."""
    torch.manual_seed(config.seed)
    scenes = licensed_scenes("detector/train-1.zip")
    plates = plate_pool(config.plates, config.crops, config.seed)
    height, width = config.side
    windows = iter(Windows(scenes, plates, (height, width), config.seed))
    run = _Run(config, checkpoint)
    if resume and checkpoint.is_file():
        run.restore()
    while run.step < run.steps:
        run.advance(list(islice(windows, config.batch)))
        if run.step % _SAVE_EVERY == 0 or run.step == run.steps:
            run.save()
            log.info("detector step %d of %d loss %.3f", run.step, run.steps, run.loss)
    return run.mean_net()


class _Run:
    """The state of one training run."""

    def __init__(self, config: DetectorConfig, checkpoint: Path) -> None:
        self.config, self.checkpoint = config, checkpoint
        self.steps = config.samples // config.batch
        self.net = DetectorNet().to(memory_format=torch.channels_last)
        self.optimiser = torch.optim.AdamW(self.net.parameters(), lr=config.rate, weight_decay=0.01)
        self.mean = {name: value.clone() for name, value in self.net.state_dict().items()}
        self.step, self.loss = 0, 0.0

    def advance(self, windows: Sequence[Window]) -> None:
        """Show one batch and learn from it."""
        self.net.train()
        loss = detector_loss(self.net(_pictures(windows)), *_targets(windows))
        for group in self.optimiser.param_groups:
            group["lr"] = self.config.rate * rate_share(self.step / self.steps)
        self.optimiser.zero_grad()
        loss.backward()
        nn.utils.clip_grad_norm_(self.net.parameters(), 10.0)
        self.optimiser.step()
        self.step += 1
        self.loss += (float(loss.detach()) - self.loss) * 0.05
        average(self.mean, self.net, min(_EMA, self.step / (self.step + 20)))

    def mean_net(self) -> DetectorNet:
        """Return a network with the running mean of the weights."""
        net = DetectorNet()
        net.load_state_dict(self.mean)
        return net.eval()

    def save(self) -> None:
        """Write the whole state, so that a stopped run goes on."""
        self.checkpoint.parent.mkdir(parents=True, exist_ok=True)
        state = {
            "net": self.net.state_dict(),
            "mean": self.mean,
            "optimiser": self.optimiser.state_dict(),
            "step": self.step,
        }
        partial = self.checkpoint.with_suffix(".part")
        torch.save(state, partial)
        partial.replace(self.checkpoint)

    def restore(self) -> None:
        """Go on from the checkpoint."""
        state: dict[str, Any] = torch.load(self.checkpoint, weights_only=True)
        self.net.load_state_dict(state["net"])
        self.mean = state["mean"]
        self.optimiser.load_state_dict(state["optimiser"])
        self.step = state["step"]


def _pictures(windows: Sequence[Window]) -> Tensor:
    """Stack pictures as batch x 3 x height x width floats, 0-255."""
    stack = np.stack([window.picture for window in windows]).transpose(0, 3, 1, 2)
    return torch.from_numpy(np.ascontiguousarray(stack)).float().contiguous(memory_format=torch.channels_last)


def _targets(windows: Sequence[Window]) -> tuple[Tensor, Tensor, Tensor]:
    heat, corners, weight = zip(*(targets(window) for window in windows), strict=True)
    return (
        torch.from_numpy(np.stack(heat)),
        torch.from_numpy(np.stack(corners)),
        torch.from_numpy(np.stack(weight)),
    )
