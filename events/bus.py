"""News goes up by subscription: a room listens to verbs of the rooms below it without being imported."""

import datetime as dt
from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass


@dataclass(frozen=True)
class News:
    """A recorded verb, told to subscribers inside the transaction that recorded it."""

    verb: str
    target_id: str
    at: dt.datetime


Handler = Callable[[News], None]
_handlers: defaultdict[str, list[Handler]] = defaultdict(list)


def subscribe(verb: str, handler: Handler) -> None:
    """Call `handler` for each recorded `verb`; called once from `AppConfig.ready`."""
    if handler not in _handlers[verb]:
        _handlers[verb].append(handler)


def publish(news: News) -> None:
    """Tell subscribers; an error in one undoes the whole change, so handlers stay few and small."""
    for handler in _handlers[news.verb]:
        handler(news)
