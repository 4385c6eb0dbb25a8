"""The contract between a decoder process and what looks at its pictures.

An analyser is named by a dotted path ("plates.recognition.lane:LaneAnalyser") and made in the decoder
process, one for each lane, so that its state and its crashes stay there. It is duck-typed: nothing needs to
inherit or import from here.
"""

import importlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Protocol

import numpy as np
import numpy.typing as npt

Picture = npt.NDArray[np.uint8]


class ResultLike(Protocol):
    """One finding: `body` is JSON-able, `pictures` are JPEG files by name."""

    @property
    def kind(self) -> str: ...

    @property
    def body(self) -> Mapping[str, object]: ...

    @property
    def pictures(self) -> Mapping[str, bytes]: ...


class Analyser(Protocol):
    """Looks at one lane's pictures in time order."""

    def feed(self, picture: Picture, captured_at: float) -> Sequence[ResultLike]:
        """Take `picture` (H x W x 3 uint8 BGR, the analyser's own copy), captured at unix seconds.

        At most five a second, and only while something moves; a gap in time means that nothing did.
        An exception costs this picture only; a crash costs the process, which is started again.
        """
        ...


@dataclass(frozen=True, slots=True)
class Result:
    """A finding as it arrives at the parent; also free for analysers to use."""

    kind: str
    body: Mapping[str, object]
    pictures: Mapping[str, bytes] = field(default_factory=dict)


def load_analyser(dotted: str) -> Callable[[], Analyser]:
    """The class or function at "package.module:name"; raises ValueError, ImportError or AttributeError."""
    module, colon, name = dotted.partition(":")
    if not colon:
        raise ValueError("analyser must be named package.module:name")
    factory: Callable[[], Analyser] = getattr(importlib.import_module(module), name)
    return factory
