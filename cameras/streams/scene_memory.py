"""What a camera usually shows, as bytes: a worker keeps them, so that a restart forgets no view.

Without them a camera that was turned while its worker was down would be learnt as it now looks.
"""

import io
import zipfile
from collections.abc import Mapping
from pathlib import Path

import numpy as np

from cameras.streams.scene import BLOCKS, LEARNT, SKETCH, Floats, Sky, View

MAX_BYTES = 1 << 18  # two views are about 50 kB
_GRIDS = {"sketch": SKETCH, "contrast": BLOCKS, "detail": BLOCKS}  # width x height
_NUMBERS = ("mean", "spread", "sway", "likeness")


class BadMemory(ValueError):
    """These bytes hold no views: torn, of another version, or of somebody else."""


def pack(views: Mapping[Sky, View]) -> bytes:
    """Views as a file."""
    arrays: dict[str, Floats] = {}
    for sky, view in views.items():
        for name in _GRIDS:
            arrays[f"{sky}.{name}"] = getattr(view, name).astype(np.float16)
        arrays[f"{sky}.numbers"] = np.asarray([getattr(view, name) for name in _NUMBERS], np.float32)
    file = io.BytesIO()
    np.savez_compressed(file, **arrays)  # type: ignore[arg-type] # NumPy's stub takes a bool among the arrays
    return file.getvalue()


def unpack(data: bytes) -> dict[Sky, View]:
    """Views from a file, each as one that is just learnt. Raises BadMemory."""
    if len(data) > MAX_BYTES:
        raise BadMemory("too large")
    try:
        with np.load(io.BytesIO(data), allow_pickle=False) as arrays:
            skies = [sky for sky in (Sky.DAY, Sky.NIGHT) if f"{sky}.sketch" in arrays]
            return {
                sky: _view({name: arrays[f"{sky}.{name}"] for name in (*_GRIDS, "numbers")}) for sky in skies
            }
    except (ValueError, KeyError, OSError, EOFError, zipfile.BadZipFile) as error:
        raise BadMemory(type(error).__name__) from None


def recall(path: str) -> dict[Sky, View]:
    """Views from a file that somebody kept; none where there is none, or where it cannot be understood."""
    try:
        return unpack(Path(path).read_bytes()) if path else {}
    except (OSError, BadMemory):
        return {}


def _view(arrays: Mapping[str, Floats]) -> View:
    grids = {name: arrays[name].astype(np.float32) for name in _GRIDS}
    numbers = dict(zip(_NUMBERS, (float(value) for value in arrays["numbers"]), strict=True))
    for name, (width, height) in _GRIDS.items():
        if grids[name].shape != (height, width) or not np.isfinite(grids[name]).all():
            raise BadMemory("wrong shape")
    if not all(np.isfinite(list(numbers.values()))):
        raise BadMemory("no number")
    view = View(grids["sketch"], grids["contrast"], grids["detail"], numbers["mean"], numbers["spread"])
    view.sway, view.likeness, view.seen = numbers["sway"], numbers["likeness"], LEARNT
    return view
