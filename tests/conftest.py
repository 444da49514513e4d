"""Fixtures that several rooms share."""

import os
import signal

from hypothesis import settings

from tests.front_end import front_end
from tests.ipython import notebook, shell

__all__ = ["front_end", "notebook", "shell"]

signal.signal(signal.SIGINT, signal.default_int_handler)  # a shell lets its background jobs ignore it

# The check tries the same examples everywhere, so that it fails only for what a change did; `make hunt` draws others.
# How long one takes says more of what else the machine does, and of what is imported first, than of the example.
settings.register_profile("check", derandomize=True, deadline=None)
settings.register_profile("hunt", max_examples=1000, deadline=None)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "check"))
