"""How this process gives memory back, which for video is: hardly ever."""

import ctypes
import ctypes.util
from typing import Final

_TRIM_THRESHOLD, _MMAP_THRESHOLD = -1, -3  # numbers of glibc's mallopt(3)
_KEPT_BYTES: Final = 256 * 2**20
_LARGEST_BYTES: Final = 32 * 2**20  # glibc takes no more


def keep_freed_memory() -> bool:
    """Let freed blocks wait for the next picture instead of returning to the kernel; False without glibc.

    A key picture frees its 90 kB a moment after they were taken. Each time the heap shrank and grew again, at
    4,500 page faults a second with 183 cameras: a tenth of what reading them costs.
    """
    library = ctypes.CDLL(ctypes.util.find_library("c"))
    if not hasattr(library, "mallopt"):
        return False
    is_set = library.mallopt(_MMAP_THRESHOLD, _LARGEST_BYTES)
    return bool(is_set and library.mallopt(_TRIM_THRESHOLD, _KEPT_BYTES))
