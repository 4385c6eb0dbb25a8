"""A portal forked from one that has imported everything: a test's own server then starts in a moment."""

import importlib
import multiprocessing
import os
from pathlib import Path

import uvicorn
from django.conf import settings
from django.db import connections

FORKS = multiprocessing.get_context("forkserver")
FORKS.set_forkserver_preload(["ccoc.asgi", "ccoc.urls", __name__])


def serve(port: int, environment: dict[str, str], log: Path) -> None:
    """Be the portal on `port`, with the settings that this environment tells, until killed."""
    with log.open("ab") as file:
        for stream in (1, 2):
            os.dup2(file.fileno(), stream)
    os.environ.update(environment)
    told = vars(importlib.reload(importlib.import_module("ccoc.settings")))
    for name in filter(str.isupper, told):
        setattr(settings, name, told[name])
    connections.settings["default"] |= told["DATABASES"]["default"]
    uvicorn.run(
        "ccoc.asgi:application", port=port, ws="websockets-sansio", lifespan="off", log_level="warning"
    )
