"""Fixtures that several rooms share."""

import os
import signal

from hypothesis import settings

from tests.front_end import front_end
from tests.ipython import notebook, shell

__all__ = ["front_end", "notebook", "shell"]

signal.signal(signal.SIGINT, signal.default_int_handler)  # a shell lets its background jobs ignore it

# The check tries the same examples everywhere, so that it fails only for what a change did; `make hunt` draws others.
settings.register_profile("check", derandomize=True)
settings.register_profile("hunt", max_examples=1000)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "check"))
