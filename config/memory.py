"""How often Python's cyclic garbage collector stops a serving process."""

import gc

# Objects made and not freed before the youngest are visited, and how many visits of one
# generation make one of the next. What requests and sockets leave is freed at once, by
# counting references; a visit of everything stops all threads for 100 ms.
THRESHOLDS = (10_000, 20, 50)


def settle() -> None:
    """Leave what was loaded to stay out of every later visit, and visit seldom."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(*THRESHOLDS)
