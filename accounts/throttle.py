"""Counters of wrong guesses in the cache, for doors that django-axes does not watch."""

from dataclasses import dataclass

from django.core.cache import cache
from django.http import HttpRequest


@dataclass(frozen=True)
class Guesses:
    """At most `limit` wrong guesses a `key` within `window_s` seconds from the first one."""

    name: str
    limit: int
    window_s: int

    def are_spent(self, key: str) -> bool:
        """Whether `key` has to wait. Counts by the address, so another screen is not locked with it."""
        return int(cache.get(self._place(key), 0)) >= self.limit

    def count(self, key: str) -> None:
        """Note one wrong guess."""
        cache.add(self._place(key), 0, self.window_s)
        try:
            cache.incr(self._place(key))
        except ValueError:  # it expired between the two lines: the window is over
            cache.set(self._place(key), 1, self.window_s)

    def forget(self, key: str) -> None:
        """Start anew after a right guess."""
        cache.delete(self._place(key))

    def _place(self, key: str) -> str:
        return f"guesses:{self.name}:{key}"


def address_of(request: HttpRequest) -> str:
    """The address that the connection comes from; headers that a client can write are not believed."""
    return str(request.META.get("REMOTE_ADDR", ""))
