"""Where rooms above ask for what analysers find in pictures, without being imported here.

A handler may be called again with the same result after a failure, so it must be idempotent by the
result's `pass_id`. It runs in a thread of the ingest worker with a database connection of its own.
"""

from collections import defaultdict
from collections.abc import Callable

from cameras.streams.analysers import Result

Handler = Callable[[str, Result], None]
_handlers: defaultdict[str, list[Handler]] = defaultdict(list)


def subscribe(kind: str, handler: Handler) -> None:
    """Call `handler(camera_code, result)` for each result of `kind`; called once from `AppConfig.ready`."""
    if handler not in _handlers[kind]:
        _handlers[kind].append(handler)


def handlers_of(kind: str) -> tuple[Handler, ...]:
    """Who asked for this kind, in the order of asking."""
    return tuple(_handlers[kind])
