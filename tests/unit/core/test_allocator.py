"""What the allocator keeps is bounded where the C library can be told so."""

import platform
import subprocess
import sys

import pytest

# Four threads at a time hold something, then the C library describes its arenas.
FOUR_THREADS = """
import ctypes, threading
from easycrm.core import allocator
BOUND
barrier = threading.Barrier(4)
def work():
    barrier.wait()
    kept = [bytes(600) for _ in range(1000)]
    barrier.wait()
threads = [threading.Thread(target=work) for _ in range(4)]
[thread.start() for thread in threads]
[thread.join() for thread in threads]
libc = ctypes.CDLL(None)
libc.malloc_info(0, ctypes.c_void_p.in_dll(libc, "stdout"))
libc.fflush(None)
"""


@pytest.mark.skipif(platform.libc_ver()[0] != "glibc", reason="only glibc has arenas")
def test_all_threads_share_two_arenas() -> None:
    assert arenas("") > 2
    assert arenas("assert allocator.bound()") == 2


def arenas(bound: str) -> int:
    """How many the process had at its end."""
    command = [sys.executable, "-c", FOUR_THREADS.replace("BOUND", bound)]
    return subprocess.run(command, capture_output=True, text=True, check=True).stdout.count("<heap nr=")
