"""Writes trained networks as ONNX files and their manifest: hash, origin, and what was tuned beside them."""

import hashlib
import json
import math
from pathlib import Path
from typing import Any

import numpy as np
import onnx
import torch
from onnx import helper, numpy_helper
from torch import nn

from plates.recognition.alphabet import INPUT_HEIGHT, INPUT_WIDTH
from plates.recognition.weights import FOLDER, MANIFEST

_OPSET = 17
_LARGE = 1000


def export_reader(net: nn.Module, path: Path) -> None:
    """Write the reader for any number of plates a run."""
    example = torch.zeros(1, 3, INPUT_HEIGHT, INPUT_WIDTH)
    names = ["text", "province_line", "province_name", "class"]
    _export(net, example, path, names, {"pictures": {0: "plates"}, **{name: {0: "plates"} for name in names}})


def export_detector(net: nn.Module, path: Path) -> None:
    """Write the detector for one picture of any size whose sides are divisible by 32."""
    names = ["centres", "corners"]
    axes = {name: {2: f"{name}_height", 3: f"{name}_width"} for name in ("pictures", *names)}
    _export(net, torch.zeros(1, 3, 256, 448), path, names, axes)


def _export(
    net: nn.Module, example: torch.Tensor, path: Path, outputs: list[str], axes: dict[str, dict[int, str]]
) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    # torch's older exporter needs no further package and keeps the graph plain.
    torch.onnx.export(
        net.eval(),
        (example,),
        str(path),
        input_names=["pictures"],
        output_names=outputs,
        dynamic_axes=axes,
        opset_version=_OPSET,
        dynamo=False,
    )
    _halve(path)


def _halve(path: Path) -> None:
    """Keep large weights as 16-bit floats, cast back when the network is opened: half the file."""
    model = onnx.load(path)
    graph = model.graph
    for weight in list(graph.initializer):
        if weight.data_type != onnx.TensorProto.FLOAT or math.prod(weight.dims) < _LARGE:
            continue
        half = numpy_helper.from_array(numpy_helper.to_array(weight).astype(np.float16), weight.name + "_16")
        graph.initializer.append(half)
        graph.initializer.remove(weight)
        cast = helper.make_node("Cast", [half.name], [weight.name], to=onnx.TensorProto.FLOAT)
        graph.node.insert(0, cast)
    onnx.checker.check_model(model)
    onnx.save(model, path)


def write_entry(name: str, *, trained_on: list[str], samples: int, tuning: dict[str, float]) -> None:
    """Put the hash, origin and tuning of one weight file into the manifest."""
    path = FOLDER / MANIFEST
    manifest: dict[str, Any] = json.loads(path.read_text(encoding="utf-8")) if path.is_file() else {}
    data = (FOLDER / name).read_bytes()
    manifest[name] = {
        "sha256": hashlib.sha256(data).hexdigest(),
        "bytes": len(data),
        "trained_on": trained_on,
        "samples": samples,
        "tuning": {key: round(value, 5) for key, value in tuning.items()},
    }
    path.write_text(json.dumps(manifest, indent=1, sort_keys=True) + "\n", encoding="utf-8")
