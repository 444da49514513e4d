"""What Harvester and Sampler have in common: a Runner, and what its results grow into."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Generic, TypeVar

from xyzpy_widgets.again import Retried
from xyzpy_widgets.archive import Archive
from xyzpy_widgets.runner import Runner, as_runner

__all__ = ["Collection"]

T = TypeVar("T")


class Collection(Retried, Generic[T]):
    """A Runner whose results are kept; it is still callable as the function.

    Attributes
    ----------
    runner : Runner
    """

    _archive: Archive[T, Any]

    def __init__(self, runner: Runner | Callable[..., Any]) -> None:
        self.runner = as_runner(runner)
        self._named: str | None = None  # the file as it was named, which is how it is shown

    def __call__(self, /, *args: Any, **kwargs: Any) -> Any:
        """Call the function itself."""
        return self.runner(*args, **kwargs)

    @property
    def fn(self) -> Callable[..., Any]:
        """The function."""
        return self.runner.fn

    @property
    def data_name(self) -> str | None:
        """The path of the file, whatever the working folder becomes; None without one.

        That of a folder of parts ends with a separator.
        """
        return None if self._archive.store is None else self._archive.store.name

    @property
    def _where(self) -> str:
        """Where the data is, to be shown."""
        store = self._archive.store
        return self._archive.where if store is None else f"{self._named} [{store.engine}]"

    def __repr__(self) -> str:
        """Show the runner and the file."""
        runner = repr(self.runner).replace("\n", "\n    ").replace("<", "Runner: <", 1)
        return f"<xyzpy_widgets.{type(self).__name__}>\n{runner}\nSync file --> {self._where}"
