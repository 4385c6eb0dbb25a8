"""Trains the reader: one seeded run, resumable, hardening from easy to bad pictures."""

import logging
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn import functional

from plates.recognition.training.rates import average, rate_share
from plates.recognition.training.reader_data import (
    Example,
    Showing,
    Shown,
    changed,
    drawn_examples,
    filmed_examples,
    own_examples,
    real_examples,
)
from plates.recognition.training.reader_net import ReaderNet

log = logging.getLogger(__name__)

_CHECK_EVERY = 200
_EMA = 0.995
_UNKNOWN_LOSS = 9.0
_NEW_CLASS = -4.0
_SECOND = 0.4
_PROVINCE = 1.0
"""Weight of each of the two province readings beside the text, which has three times as many letters."""


@dataclass(frozen=True, slots=True)
class ReaderConfig:
    """The [reader] table of config.toml."""

    seed: int
    samples: int
    batch: int
    rate: float
    ripe_loss: float
    hardening: float
    synthetic: int
    synthetic_share: float
    cut_share: float
    quantised_by: int
    filmed_share: float
    first_strength: float
    kept_share: float


def shown_in_training(config: ReaderConfig, seed: int) -> Showing:
    """Return the stream of the training pictures: the pack's, the station's own, drawn ones; some filmed."""
    real = real_examples("reader/train.zip") + own_examples(is_held_back=False)
    drawn = drawn_examples(config.synthetic, seed)
    return Showing(
        real + filmed_examples(real, config.filmed_share, seed),
        drawn + filmed_examples(drawn, config.filmed_share, seed + 1),
        seed=seed,
        cut_share=config.cut_share,
    )


def train_reader(
    config: ReaderConfig, checkpoint: Path, *, resume: bool, begin: Path | None = None
) -> ReaderNet:
    """Train to the end of the run and return the averaged network; keeps a checkpoint as it goes.

    `begin` is the checkpoint of an earlier run whose weights are the first ones; classes that it does not
    know are added.
    """
    torch.manual_seed(config.seed)
    showing = shown_in_training(config, config.seed)
    dev = [
        changed(example, np.random.default_rng(0), 0.0, is_cut=False)
        for example in real_examples("reader/dev.zip")
    ]
    run = _Run(config, checkpoint)
    if begin is not None:
        run.begin_with(begin)
    if resume and checkpoint.is_file():
        run.restore()
    while run.step < run.steps:
        run.advance(showing)
        if run.step % _CHECK_EVERY == 0 or run.step == run.steps:
            run.save()
            log.info(
                "reader step %d of %d strength %.2f loss %.3f %s",
                run.step,
                run.steps,
                run.strength,
                run.loss,
                _score(run.mean_net(), dev),
            )
    net = run.mean_net()
    return net if begin is None else blended(net, begin, config.kept_share)


def blended(net: ReaderNet, begin: Path, kept_share: float) -> ReaderNet:
    """Move a network's weights back towards those that it began with; classes new to these stay as they are.

    Between the ends of two runs, the second of which began where the first ended, lie weights that read
    better than either: what the first had learnt is not forgotten, what is new is half learnt.
    """
    state, weights = net.state_dict(), torch.load(begin, weights_only=True)["mean"]
    for name, value in weights.items():
        if value.is_floating_point():
            state[name][: len(value)].lerp_(value, kept_share)
    net.load_state_dict(state)
    return net


class _Run:
    """The state of one training run."""

    def __init__(self, config: ReaderConfig, checkpoint: Path) -> None:
        self.config, self.checkpoint = config, checkpoint
        self.steps = config.samples // config.batch
        self.net = ReaderNet().to(memory_format=torch.channels_last)
        self.optimiser = torch.optim.AdamW(self.net.parameters(), lr=config.rate, weight_decay=0.02)
        self.mean = {name: value.clone() for name, value in self.net.state_dict().items()}
        self.step, self.loss, self.strength = 0, _UNKNOWN_LOSS, config.first_strength

    def advance(self, showing: Showing) -> None:
        """Show one batch and learn from it."""
        shown = showing.batch(
            self.config.batch, strength=self.strength, drawn_share=self.config.synthetic_share
        )
        self.net.train()
        outputs = self.net(to_tensor(shown))
        loss = reader_loss(outputs, shown) + (1 - self.strength) * guide_loss(outputs[0], shown)
        for group in self.optimiser.param_groups:
            group["lr"] = self.config.rate * rate_share(self.step / self.steps)
        self.optimiser.zero_grad()
        loss.backward()
        nn.utils.clip_grad_norm_(self.net.parameters(), 5.0)
        self.optimiser.step()
        self.step += 1
        self.loss += (float(loss.detach()) - self.loss) * 0.05
        if self.loss < self.config.ripe_loss:
            self.strength = min(1.0, self.strength + self.config.hardening)
        average(self.mean, self.net, min(_EMA, self.step / (self.step + 20)))

    def mean_net(self) -> ReaderNet:
        """Return a network with the running mean of the weights."""
        net = ReaderNet()
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
            "strength": self.strength,
        }
        partial = self.checkpoint.with_suffix(".part")
        torch.save(state, partial)
        partial.replace(self.checkpoint)

    def begin_with(self, checkpoint: Path) -> None:
        """Take over the averaged weights of an earlier run; new classes get fresh rows, unlikely at first."""
        weights: dict[str, Tensor] = torch.load(checkpoint, weights_only=True)["mean"]
        state = self.net.state_dict()
        state["kind.bias"] = torch.full_like(state["kind.bias"], _NEW_CLASS)
        for name, value in weights.items():
            if value.dim():
                state[name][: len(value)] = value
        self.net.load_state_dict(state)
        self.mean = {name: value.clone() for name, value in self.net.state_dict().items()}

    def restore(self) -> None:
        """Go on from the checkpoint."""
        state: dict[str, Any] = torch.load(self.checkpoint, weights_only=True)
        self.net.load_state_dict(state["net"])
        self.mean = state["mean"]
        self.optimiser.load_state_dict(state["optimiser"])
        self.step, self.strength = state["step"], state["strength"]


def to_tensor(shown: Sequence[Shown]) -> Tensor:
    """Stack pictures as batch x 3 x height x width floats, 0-255."""
    stack = np.stack([item.picture for item in shown]).transpose(0, 3, 1, 2)
    return torch.from_numpy(np.ascontiguousarray(stack)).float().contiguous(memory_format=torch.channels_last)


def reader_loss(outputs: tuple[Tensor, Tensor, Tensor, Tensor], shown: Sequence[Shown]) -> Tensor:
    """Sum the four losses; what a label does not tell is left out."""
    text, skeleton, province, kind = outputs
    middle = text.shape[1] // 2
    loss = _ctc(text[:, :middle], [item.lines[0] for item in shown])
    seconds = [index for index, item in enumerate(shown) if item.is_second_known]
    if seconds:
        loss = loss + _SECOND * _ctc(text[seconds, middle:], [shown[index].lines[1] for index in seconds])
    known = [index for index, item in enumerate(shown) if item.skeleton is not None]
    if known:
        loss = loss + _PROVINCE * _ctc(skeleton[known], [shown[index].skeleton or [] for index in known])
    goal = torch.tensor([item.province for item in shown])
    if bool((goal >= 0).any()):
        loss = loss + _PROVINCE * functional.nll_loss(province, goal, ignore_index=-1)
    allowed = torch.from_numpy(np.stack([item.classes for item in shown]))
    return loss - 0.2 * torch.logsumexp(kind.masked_fill(~allowed, -30.0), dim=1).mean()


def guide_loss(text: Tensor, shown: Sequence[Shown]) -> Tensor:
    """Ask each letter to be named about where it stands, within a column; meant for easy pictures."""
    middle = text.shape[1] // 2
    rows, columns, letters = [], [], []
    for row, item in enumerate(shown):
        for line in (0, 1):
            rows += [row] * len(item.lines[line])
            letters += item.lines[line]
            columns += [
                line * middle + min(max(round(place * middle - 0.5), 3), middle - 4)
                for place in item.places[line]
            ]
    at, letter = torch.tensor(columns), torch.tensor(letters)
    near = [text[torch.tensor(rows), at + shift, letter] for shift in (-1, 0, 1)]
    return -torch.logsumexp(torch.stack(near), dim=0).clamp(max=0.0).mean()


def _ctc(logs: Tensor, goals: Sequence[Sequence[int]]) -> Tensor:
    """Return the mean CTC loss a letter."""
    lengths = torch.tensor([len(goal) for goal in goals])
    flat = torch.tensor([index for goal in goals for index in goal])
    columns = torch.full((len(goals),), logs.shape[1])
    losses = functional.ctc_loss(
        logs.transpose(0, 1), flat, columns, lengths, reduction="none", zero_infinity=True
    )
    return (losses / lengths.clamp(min=1)).mean()


@torch.no_grad()
def _score(net: ReaderNet, shown: Sequence[Shown]) -> str:
    """Return exact text and province shares on clean dev crops, best path without grammar."""
    texts = provinces = known = 0
    for start in range(0, len(shown), 64):
        part = shown[start : start + 64]
        text, _, province, _ = net(to_tensor(part))
        for item, path, names in zip(part, text.argmax(dim=2).tolist(), province, strict=True):
            texts += best_path(path[: len(path) // 2]) == item.lines[0]
            known += item.province >= 0
            provinces += item.province >= 0 and int(names.argmax()) == item.province
    return f"dev text {texts / len(shown):.4f} province {provinces / max(known, 1):.4f}"


def best_path(path: Sequence[int]) -> list[int]:
    """Fold a path of CTC outputs: repeats count once, blanks (0) fall out."""
    return [index for place, index in enumerate(path) if index and (place == 0 or path[place - 1] != index)]


__all__ = ["Example", "ReaderConfig", "train_reader"]
