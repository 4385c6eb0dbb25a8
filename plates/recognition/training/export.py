"""Writes trained networks and their manifest: hash, origin, and what was tuned beside them."""

import copy
import hashlib
import json
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Any, Final

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor, nn

from plates.recognition.alphabet import INPUT_HEIGHT, INPUT_WIDTH
from plates.recognition.training.detector_net import FOLD, DetectorNet
from plates.recognition.training.quantise import Plan, folded_weight, write_network
from plates.recognition.training.reader_net import ReaderNet
from plates.recognition.weights import MANIFEST

_READER_OUTPUTS: Final = ("text", "province_line", "province_name", "class")
_DETECTOR_OUTPUTS: Final = ("centres", "corners")


class _As(nn.Module):
    """A network entered at another method than `forward`."""

    def __init__(self, net: nn.Module, run: Callable[[Tensor], tuple[Tensor, ...]]) -> None:
        super().__init__()
        self.net, self._run = net, run

    def forward(self, seen: Tensor) -> tuple[Tensor, ...]:
        """Run it."""
        return self._run(seen)


class _Flat(nn.Module):
    """The detector over folded pictures, its two outputs made by one layer."""

    def __init__(self, net: DetectorNet) -> None:
        super().__init__()
        self.net = copy.deepcopy(net)
        first = self.net.stem[0][0]
        self.net.stem[0][0] = nn.Conv2d(3 * FOLD * FOLD, first.out_channels, 1, bias=False)
        self.net.stem[0][0].weight = nn.Parameter(folded_weight(first.weight.detach()))
        heads = (self.net.centre, self.net.corners)
        self.both = nn.Conv2d(heads[0].in_channels, 9, 1)
        self.both.weight = nn.Parameter(torch.cat([head.weight.detach() for head in heads]))
        self.both.bias = nn.Parameter(torch.cat([head.bias.detach() for head in heads]))

    def forward(self, seen: Tensor) -> tuple[Tensor, Tensor]:
        """Return centres and corners."""
        both = self.both(self.net.features(seen))
        return both[:, :1], both[:, 1:]


def export_reader(net: ReaderNet, seen: Iterable[npt.NDArray[np.uint8]], path: Path) -> None:
    """Write the reader for any number of plates a run; `seen` are plates x 72 x 176 x 3 to quantise by."""
    plan = Plan(
        example=torch.zeros(1, 3, INPUT_HEIGHT, INPUT_WIDTH),
        outputs=_READER_OUTPUTS,
        axes={name: {0: "plates"} for name in ("seen", *_READER_OUTPUTS)},
        kept_float=("/name/", "/province/", "/kind/"),
        free_shape=("plates", INPUT_HEIGHT, INPUT_WIDTH, 3),
    )
    write_network(_As(net, net.read), plan, seen, path)


def export_detector(net: DetectorNet, seen: Iterable[npt.NDArray[np.uint8]], path: Path) -> None:
    """Write the detector for pictures of any size whose sides are divisible by 32."""
    flat = _Flat(net)
    axes = {name: {2: f"{name}_height", 3: f"{name}_width"} for name in ("seen", *_DETECTOR_OUTPUTS)}
    plan = Plan(
        example=torch.zeros(1, 3 * FOLD * FOLD, 64, 112),
        outputs=_DETECTOR_OUTPUTS,
        axes=axes,
        kept_float=("/both/",),
        fold=FOLD,
    )
    write_network(flat, plan, seen, path)


def some(pictures: Iterable[npt.NDArray[np.uint8]], count: int) -> Iterator[npt.NDArray[np.uint8]]:
    """Yield the first `count` pictures, each as a batch of one."""
    for _, picture in zip(range(count), pictures, strict=False):
        yield picture[None]


def write_entry(file: Path, *, trained_on: list[str], samples: int, tuning: dict[str, float]) -> None:
    """Put the hash, origin and tuning of one weight file into the manifest beside it."""
    path = file.parent / MANIFEST
    manifest: dict[str, Any] = json.loads(path.read_text(encoding="utf-8")) if path.is_file() else {}
    data = file.read_bytes()
    manifest[file.name] = {
        "sha256": hashlib.sha256(data).hexdigest(),
        "bytes": len(data),
        "trained_on": trained_on,
        "samples": samples,
        "tuning": {key: round(value, 5) for key, value in tuning.items()},
    }
    path.write_text(json.dumps(manifest, indent=1, sort_keys=True) + "\n", encoding="utf-8")
