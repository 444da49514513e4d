"""The traceback of what a function raised; worker processes write it, which load no more than they need."""

from __future__ import annotations

import os
import traceback
from pathlib import Path

__all__ = ["trace_of"]

_OURS = str(Path(__file__).parents[1]) + os.sep


def trace_of(error: BaseException) -> str:
    """Return the traceback of what a function raised, from its own first frame on."""
    frames = error.__traceback__
    while frames is not None and frames.tb_frame.f_code.co_filename.startswith(_OURS):
        frames = frames.tb_next
    return "".join(traceback.format_exception(type(error), error, frames or error.__traceback__))
