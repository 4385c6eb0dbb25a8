"""Weights are loaded only when they are the released ones."""

import json
import shutil
from pathlib import Path

import pytest

from plates.recognition import detector, reader
from plates.recognition.weights import FOLDER, MANIFEST, MAX_BYTES, WeightsRefused, load_weights, released

NAMES = [detector.WEIGHTS, reader.WEIGHTS]


@pytest.fixture
def copied(tmp_path: Path) -> Path:
    """A folder with a copy of the released weights, to be damaged."""
    for name in (*NAMES, MANIFEST):
        shutil.copy(FOLDER / name, tmp_path / name)
    return tmp_path


@pytest.mark.parametrize("name", NAMES)
def test_load_weights_takes_the_released_files(name: str) -> None:
    weights = load_weights(name)

    assert len(weights.data) == (FOLDER / name).stat().st_size
    assert weights.tuning


@pytest.mark.parametrize("name", NAMES)
def test_released_weights_are_small(name: str) -> None:
    assert (FOLDER / name).stat().st_size < MAX_BYTES


@pytest.mark.parametrize("name", NAMES)
def test_load_weights_refuses_one_changed_byte(copied: Path, name: str) -> None:
    data = bytearray((copied / name).read_bytes())
    data[len(data) // 2] ^= 1
    (copied / name).write_bytes(data)

    with pytest.raises(WeightsRefused, match="not those of the manifest"):
        load_weights(name, copied)


def test_load_weights_refuses_a_file_without_a_line_in_the_manifest(copied: Path) -> None:
    (copied / MANIFEST).write_text("{}", encoding="utf-8")

    with pytest.raises(WeightsRefused, match="not those of the manifest"):
        load_weights(reader.WEIGHTS, copied)


@pytest.mark.parametrize("text", ["", "{", "nonsense"])
def test_load_weights_refuses_a_broken_manifest(copied: Path, text: str) -> None:
    (copied / MANIFEST).write_text(text, encoding="utf-8")

    with pytest.raises(WeightsRefused, match="cannot be read"):
        load_weights(reader.WEIGHTS, copied)


def test_load_weights_refuses_a_missing_file(tmp_path: Path) -> None:
    with pytest.raises(WeightsRefused, match="cannot be read"):
        load_weights(reader.WEIGHTS, tmp_path)


def test_manifest_tells_what_the_weights_were_trained_on() -> None:
    manifest = json.loads((FOLDER / MANIFEST).read_text(encoding="utf-8"))

    assert "reader/train.zip" in manifest[reader.WEIGHTS]["trained_on"]
    assert "detector/train-1.zip" in manifest[detector.WEIGHTS]["trained_on"]
    assert not any(
        "dev" in source or "street" in source for name in NAMES for source in manifest[name]["trained_on"]
    )


def test_released_reads_each_file_once() -> None:
    assert released(reader.WEIGHTS) is released(reader.WEIGHTS)
