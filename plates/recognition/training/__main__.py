"""Trains detector and reader, writes the ONNX files and their manifest: `make train-plates`.

Needs requirements-train.txt and the data pack (PLATE_DATA). State is kept in var/training, so that a stopped
run goes on with --resume. One core: run two parts side by side on two cores.
"""

import argparse
import logging
import sys
import tomllib
from pathlib import Path
from typing import Any, Final

import torch

from plates.recognition.pack import PackMissing
from plates.recognition.training.detector_train import DetectorConfig, train_detector
from plates.recognition.training.reader_train import ReaderConfig, train_reader

_CONFIG: Final = Path(__file__).with_name("config.toml")
_STATE: Final = Path("var/training")


def main(arguments: list[str]) -> int:
    """Train what is asked for; returns the exit status."""
    asked = _parser().parse_args(arguments)
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(message)s")
    torch.set_num_threads(1)
    config: dict[str, Any] = tomllib.loads(_CONFIG.read_text(encoding="utf-8"))
    try:
        if asked.part in ("reader", "all"):
            _train_reader(config, resume=asked.resume)
        if asked.part in ("detector", "all"):
            _train_detector(config, resume=asked.resume)
    except PackMissing as problem:
        sys.stderr.write(f"{problem}\n")
        return 2
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m plates.recognition.training", description=__doc__)
    parser.add_argument("part", nargs="?", choices=("all", "reader", "detector"), default="all")
    parser.add_argument("--resume", action="store_true", help="go on from the last checkpoint")
    return parser


def _train_reader(config: dict[str, Any], *, resume: bool) -> None:
    net = train_reader(ReaderConfig(**config["reader"]), _STATE / "reader.pt", resume=resume)
    torch.save(net.state_dict(), _STATE / "reader-final.pt")


def _train_detector(config: dict[str, Any], *, resume: bool) -> None:
    net = train_detector(DetectorConfig(**config["detector"]), _STATE / "detector.pt", resume=resume)
    torch.save(net.state_dict(), _STATE / "detector-final.pt")


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
