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

from plates.recognition import detector, reader
from plates.recognition.pack import PackMissing
from plates.recognition.training.detector_data import Windows, licensed_scenes, plate_pool
from plates.recognition.training.detector_train import DetectorConfig, train_detector
from plates.recognition.training.export import export_detector, export_reader, some, write_entry
from plates.recognition.training.reader_data import Showing, drawn_examples, real_examples
from plates.recognition.training.reader_train import ReaderConfig, train_reader
from plates.recognition.training.tuning import tune_reader
from plates.recognition.weights import FOLDER

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
    plan = ReaderConfig(**config["reader"])
    net = train_reader(plan, _STATE / "reader.pt", resume=resume)
    showing = Showing(
        real_examples("reader/train.zip"), drawn_examples(400, 1), seed=1, cut_share=plan.cut_share
    )
    shown = showing.batch(plan.quantised_by, strength=0.6, drawn_share=plan.synthetic_share)
    export_reader(net, some((item.picture for item in shown), plan.quantised_by), FOLDER / reader.WEIGHTS)
    write_entry(
        reader.WEIGHTS,
        trained_on=["reader/train.zip", f"{plan.synthetic} drawn plates"],
        samples=plan.samples,
        tuning=tune_reader(reader.WEIGHTS, plan.seed),
    )


def _train_detector(config: dict[str, Any], *, resume: bool) -> None:
    plan = DetectorConfig(**config["detector"])
    net = train_detector(plan, _STATE / "detector.pt", resume=resume)
    plates = plate_pool(200, 200, plan.seed + 1)
    windows = Windows(licensed_scenes("detector/train-1.zip"), plates, plan.side, plan.seed + 1)
    seen = some((window.picture for window in windows), plan.quantised_by)
    export_detector(net, seen, FOLDER / detector.WEIGHTS)
    write_entry(
        detector.WEIGHTS,
        trained_on=[
            "detector/train-1.zip",
            f"{plan.crops} of reader/train.zip",
            f"{plan.plates} drawn plates",
        ],
        samples=plan.samples,
        tuning={"threshold": plan.threshold},
    )


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
