"""Where rooms above ask for what analysers find in pictures, without being imported here.

A handler may be called again with the same results after a failure, however much later, so it must be
idempotent by `pass_id` in the body of each; `received_at` there (unix seconds) is when we got it. It runs in
a thread of the ingest worker with a database connection of its own.
"""

from collections import defaultdict
from collections.abc import Callable, Sequence

from cameras.streams.results import Finding

Handler = Callable[[Sequence[Finding]], None]
_handlers: defaultdict[str, list[Handler]] = defaultdict(list)


def subscribe(kind: str, handler: Handler) -> None:
    """Call `handler` with results of `kind`, some at a time; called once from `AppConfig.ready`."""
    if handler not in _handlers[kind]:
        _handlers[kind].append(handler)


def handlers_of(kind: str) -> tuple[Handler, ...]:
    """Who asked for this kind, in the order of asking."""
    return tuple(_handlers[kind])
