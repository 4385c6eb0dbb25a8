"""Writes trained networks as ONNX files of eight-bit numbers, which take pictures as they lie in memory.

Inputs are bytes: the first convolution's input scale is fixed so that a byte is its own quantised value, and
neither the program nor the network converts a picture. Heads whose outputs are compared finely stay float.
"""

import tempfile
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

import numpy as np
import numpy.typing as npt
import onnx
import torch
from onnx import TensorProto, helper, numpy_helper
from onnxruntime.quantization import CalibrationDataReader, QuantFormat, QuantType, quantize_static
from onnxruntime.quantization.shape_inference import quant_pre_process
from torch import nn

_OPSET: Final = 17
_SCALE: Final = np.array(1 / 64, np.float32)
_MIDDLE: Final = np.array(128, np.uint8)
"""A network sees (byte - 128) / 64: the scale and zero point of its input."""


@dataclass(frozen=True, slots=True)
class Plan:
    """How one network is written: a float example, names and free axes of its outputs, layers kept float."""

    example: torch.Tensor
    outputs: Sequence[str]
    axes: Mapping[str, dict[int, str]]
    kept_float: Sequence[str] = ()
    fold: int = 1
    """Pixels of a square that are folded into channels before the first layer."""

    free_shape: Sequence[str | int] = field(default=("plates", "height", "width", 3))


def write_network(net: nn.Module, plan: Plan, seen: Iterable[npt.NDArray[np.uint8]], path: Path) -> None:
    """Export `net`, whose input is float and normalised, and quantise it by what it does on `seen`.

    `seen` are byte pictures, batch x height x width x 3. The file takes such pictures as `pictures`.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as folder:
        plain, ready, eight = (Path(folder) / name for name in ("plain.onnx", "ready.onnx", "eight.onnx"))
        # torch's older exporter needs no further package and keeps the graph plain.
        torch.onnx.export(
            net.eval(),
            (plan.example,),
            str(plain),
            input_names=["seen"],
            output_names=list(plan.outputs),
            dynamic_axes={key: dict(value) for key, value in plan.axes.items()},
            opset_version=_OPSET,
            dynamo=False,
        )
        quant_pre_process(str(plain), str(ready), skip_symbolic_shape=True)
        quantize_static(
            str(ready),
            str(eight),
            _Seen(seen, plan.fold),
            quant_format=QuantFormat.QDQ,
            per_channel=True,
            activation_type=QuantType.QUInt8,
            weight_type=QuantType.QInt8,
            nodes_to_exclude=_named(ready, plan.kept_float),
            extra_options={"TensorQuantOverrides": {"seen": [{"scale": _SCALE, "zero_point": _MIDDLE}]}},
        )
        model = onnx.load(eight)
    _take_bytes(model, plan)
    onnx.checker.check_model(model)
    onnx.save(model, path)


class _Seen(CalibrationDataReader):
    """Hands the calibrator one picture after another."""

    def __init__(self, pictures: Iterable[npt.NDArray[np.uint8]], fold: int) -> None:
        self._pictures: Iterator[npt.NDArray[np.uint8]] = iter(pictures)
        self._fold = fold

    def get_next(self) -> dict[str, npt.NDArray[np.float32]] | None:
        """Return the next input of the float network, None at the end."""
        picture = next(self._pictures, None)
        if picture is None:
            return None
        folded = _folded(picture, self._fold).transpose(0, 3, 1, 2)
        return {"seen": (folded.astype(np.float32) - _MIDDLE) * _SCALE}


def _folded(pictures: npt.NDArray[np.uint8], fold: int) -> npt.NDArray[np.uint8]:
    batch, height, width, channels = pictures.shape
    squares = pictures.reshape(batch, height // fold, fold, width // fold, fold * channels)
    rows = squares.transpose(0, 1, 3, 2, 4)
    return rows.reshape(batch, height // fold, width // fold, fold * fold * channels)


def folded_weight(weight: torch.Tensor) -> torch.Tensor:
    """Return the weight of a convolution over squares as that of a 1 x 1 one over folded pictures."""
    return weight.permute(0, 2, 3, 1).reshape(weight.shape[0], -1, 1, 1)


def _named(path: Path, parts: Sequence[str]) -> list[str]:
    """Return the nodes whose names hold one of `parts`."""
    graph = onnx.load(path).graph
    return [node.name for node in graph.node if any(part in node.name for part in parts)]


def _take_bytes(model: onnx.ModelProto, plan: Plan) -> None:
    """Let bytes in: drop the quantisation of the input and fold pictures into its layout, in place."""
    graph = model.graph
    entry = next(node for node in graph.node if node.op_type == "QuantizeLinear" and node.input[0] == "seen")
    graph.node.remove(entry)
    del graph.input[:]
    graph.input.append(helper.make_tensor_value_info("pictures", TensorProto.UINT8, list(plan.free_shape)))
    for node in reversed(list(_fold_nodes(graph, plan.fold, entry.output[0]))):
        graph.node.insert(0, node)


def _fold_nodes(graph: onnx.GraphProto, fold: int, output: str) -> Iterator[onnx.NodeProto]:
    """Yield the nodes that lead from `pictures` to the quantised input of the first layer."""
    if fold == 1:
        yield helper.make_node("Transpose", ["pictures"], [output], perm=[0, 3, 1, 2])
        return
    # Sides of squares are known, the picture's are not: they are computed from its shape when it runs.
    constants: dict[str, Any] = {
        "fold_by": np.array([1, fold, fold, 3], np.int64),
        "fold_n": np.array([fold], np.int64),
        "fold_row": np.array([3 * fold], np.int64),
        "fold_all": np.array([3 * fold * fold], np.int64),
        **{f"fold_at_{axis}": np.array([axis], np.int64) for axis in range(3)},
    }
    graph.initializer.extend(numpy_helper.from_array(value, name) for name, value in constants.items())
    yield helper.make_node("Shape", ["pictures"], ["fold_shape"])
    yield helper.make_node("Div", ["fold_shape", "fold_by"], ["fold_count"])
    for axis in range(3):
        yield helper.make_node("Gather", ["fold_count", f"fold_at_{axis}"], [f"fold_side_{axis}"], axis=0)
    batch, high, wide = (f"fold_side_{axis}" for axis in range(3))
    yield helper.make_node("Concat", [batch, high, "fold_n", wide, "fold_row"], ["fold_apart"], axis=0)
    yield helper.make_node("Reshape", ["pictures", "fold_apart"], ["fold_squares"])
    yield helper.make_node("Transpose", ["fold_squares"], ["fold_rows"], perm=[0, 1, 3, 2, 4])
    yield helper.make_node("Concat", [batch, high, wide, "fold_all"], ["fold_together"], axis=0)
    yield helper.make_node("Reshape", ["fold_rows", "fold_together"], ["fold_done"])
    yield helper.make_node("Transpose", ["fold_done"], [output], perm=[0, 3, 1, 2])
