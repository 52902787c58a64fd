"""Bounds what the C library keeps: threads that parse large pages in turns would each hoard memory of their own."""

import ctypes
import sys

_M_ARENA_MAX = -8  # glibc, malloc.h
_ARENAS = 2


def bound() -> bool:
    """Let all threads share two arenas; call it before the first thread. False where the C library has none."""
    change = getattr(ctypes.CDLL(None), "mallopt", None) if sys.platform == "linux" else None
    return change is not None and change(_M_ARENA_MAX, _ARENAS) == 1
