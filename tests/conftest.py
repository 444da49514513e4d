"""Fixtures that several rooms share."""

from tests.front_end import front_end
from tests.ipython import notebook, shell

__all__ = ["front_end", "notebook", "shell"]
