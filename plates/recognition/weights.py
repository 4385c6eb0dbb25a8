"""Loads trained weights, and only those whose hash stands in the committed manifest."""

import hashlib
import json
import os
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any, Final

import onnxruntime as ort

FOLDER: Final = Path(__file__).parent / "weights"
MANIFEST: Final = "manifest.json"
MAX_BYTES: Final = 5_000_000
PROVIDERS: Final = "PLATE_PROVIDERS"
"""Environment variable: onnxruntime's names, comma separated, best first, such as CUDAExecutionProvider."""

_CPU: Final = "CPUExecutionProvider"


class WeightsRefused(RuntimeError):
    """A weight file is missing, too large or not the one that was released."""


@dataclass(frozen=True, slots=True)
class Weights:
    """One verified weight file: its bytes and what training measured beside it (calibration, thresholds)."""

    data: bytes
    tuning: dict[str, float]


def load_weights(name: str, folder: Path = FOLDER) -> Weights:
    """Return the named ONNX file after checking it against the manifest; raises WeightsRefused."""
    try:
        manifest: dict[str, Any] = json.loads((folder / MANIFEST).read_text(encoding="utf-8"))
        data = (folder / name).read_bytes()
    except (OSError, ValueError) as problem:
        raise WeightsRefused(f"weights {name} or their manifest cannot be read") from problem
    entry = manifest.get(name)
    if entry is None or hashlib.sha256(data).hexdigest() != entry["sha256"]:
        raise WeightsRefused(f"weights {name} are not those of the manifest")
    if len(data) > MAX_BYTES:
        raise WeightsRefused(f"weights {name} are larger than {MAX_BYTES} bytes")
    return Weights(data, {key: float(value) for key, value in entry.get("tuning", {}).items()})


@lru_cache(maxsize=4)
def released(name: str) -> Weights:
    """Return the verified file of the product's own folder, read once a process."""
    return load_weights(name)


def open_session(weights: Weights, threads: int) -> ort.InferenceSession:
    """Open the network on `threads` CPU threads, pinned: the other cores belong to the streams."""
    options = ort.SessionOptions()
    options.intra_op_num_threads = threads
    options.inter_op_num_threads = 1
    options.add_session_config_entry("session.intra_op.allow_spinning", "0")
    return ort.InferenceSession(weights.data, options, providers=providers(os.environ.get(PROVIDERS, "")))


def providers(wished: str) -> list[str]:
    """Return the wished providers that this onnxruntime has, in the order wished, and the CPU as the last."""
    names = [name.strip() for name in wished.split(",")]
    return [*(name for name in names if name in ort.get_available_providers() and name != _CPU), _CPU]
