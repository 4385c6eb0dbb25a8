"""Trains detector and reader, writes the ONNX files and their manifest: `make train-plates`.

Needs requirements-train.txt and the data pack (PLATE_DATA). State is kept in var/training, so that a stopped
run goes on with --resume. One core: run two parts side by side on two cores.
"""

import argparse
import logging
import sys
import tomllib
from dataclasses import replace
from pathlib import Path
from typing import Any, Final

import torch

from plates.recognition import detector, reader
from plates.recognition.corrections import extra_packs
from plates.recognition.pack import PackMissing
from plates.recognition.training.detector_data import Windows, licensed_scenes, plate_pool
from plates.recognition.training.detector_train import DetectorConfig, train_detector
from plates.recognition.training.export import export_detector, export_reader, some, write_entry
from plates.recognition.training.reader_data import own_examples, real_examples
from plates.recognition.training.reader_train import ReaderConfig, shown_in_training, train_reader
from plates.recognition.training.tuning import tune_reader
from plates.recognition.weights import FOLDER, load_weights, released

_CONFIG: Final = Path(__file__).with_name("config.toml")
_STATE: Final = Path("var/training")

log = logging.getLogger(__name__)


def main(arguments: list[str]) -> int:
    """Train what is asked for; returns the exit status."""
    asked = _parser().parse_args(arguments)
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(message)s")
    torch.set_num_threads(1)
    config: dict[str, Any] = tomllib.loads(_CONFIG.read_text(encoding="utf-8"))
    try:
        if asked.part in ("reader", "all"):
            _train_reader(config, asked)
        if asked.part in ("detector", "all"):
            _train_detector(config, asked)
    except PackMissing as problem:
        sys.stderr.write(f"{problem}\n")
        return 2
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m plates.recognition.training", description=__doc__)
    parser.add_argument("part", nargs="?", choices=("all", "reader", "detector"), default="all")
    parser.add_argument("--resume", action="store_true", help="go on from the last checkpoint")
    parser.add_argument(
        "--begin", type=Path, metavar="FILE", help="begin the reader with a checkpoint's weights"
    )
    parser.add_argument("--into", type=Path, default=FOLDER, metavar="FOLDER", help="where the weights go")
    return parser


def _train_reader(config: dict[str, Any], asked: argparse.Namespace) -> None:
    """Train, export and tune the reader; a run that begins with older weights has its own checkpoint."""
    more = config["reader_more"] if asked.begin else {}
    plan, file = ReaderConfig(**{**config["reader"], **more}), asked.into / reader.WEIGHTS
    state = _STATE / ("reader-more.pt" if asked.begin else "reader.pt")
    net = train_reader(plan, state, resume=asked.resume, begin=asked.begin)
    showing = shown_in_training(replace(plan, synthetic=400), 1)
    shown = showing.batch(plan.quantised_by, strength=0.6, drawn_share=plan.synthetic_share)
    export_reader(net, some((item.picture for item in shown), plan.quantised_by), file)
    packs = ["reader/train.zip", *(path.name for path in extra_packs())]
    write_entry(
        file,
        trained_on=[*packs, f"{plan.synthetic} drawn plates"],
        samples=plan.samples,
        tuning=tune_reader(file, plan.seed),
    )
    _compare(asked.into)


def _compare(folder: Path) -> None:
    """Print what the released weights and the new ones read of the plates that nothing was trained on."""
    sets = {
        "dev.zip": real_examples("reader/dev.zip"),
        "own plates held back": own_examples(is_held_back=True),
    }
    for name, examples in sets.items():
        for when, weights in (
            ("before", released(reader.WEIGHTS)),
            ("after", load_weights(reader.WEIGHTS, folder)),
        ):
            readings = reader.Reader(weights=weights).read_many([(item.picture, None) for item in examples])
            right = sum(said.text == item.text for said, item in zip(readings, examples, strict=True))
            log.info("%s, %s: text %d of %d", name, when, right, len(examples))


def _train_detector(config: dict[str, Any], asked: argparse.Namespace) -> None:
    plan, file = DetectorConfig(**config["detector"]), asked.into / detector.WEIGHTS
    net = train_detector(plan, _STATE / "detector.pt", resume=asked.resume)
    plates = plate_pool(200, 200, plan.seed + 1)
    windows = Windows(licensed_scenes("detector/train-1.zip"), plates, plan.side, plan.seed + 1)
    seen = some((window.picture for window in windows), plan.quantised_by)
    export_detector(net, seen, file)
    write_entry(
        file,
        trained_on=[
            "detector/train-1.zip",
            f"{plan.crops} of reader/train.zip",
            f"{plan.plates} drawn plates",
        ],
        samples=plan.samples,
        tuning={"glance": plan.glance, "threshold": plan.threshold},
    )


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
