"""Pools of others: whatever is given as an executor, the outcomes are those of a plain loop."""

from __future__ import annotations

import os
import signal
from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor
from multiprocessing import get_context
from multiprocessing.pool import ThreadPool
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import xyzpy_widgets as xyz
from tests.test_execution_engine import gathered, over
from xyzpy_widgets.core.function import as_function_spec
from xyzpy_widgets.errors import OptionError
from xyzpy_widgets.execution.engine import execute
from xyzpy_widgets.execution.options import as_run_options

SPAWN = get_context("spawn")


def uneven(i: int, table: np.ndarray[Any, Any]) -> float:
    """Fail now and then."""
    if i % 50 == 13:
        raise ValueError(i)
    return float(table[i % len(table)])


def assert_like_a_loop(pool: Any, n: int = 300, size: int = 100_000) -> None:
    """Run with a large constant, with failures and closures, twice, so that what a worker knows is used."""
    table = np.arange(float(size))
    for _ in range(2):
        spec = as_function_spec(uneven, constants={"table": table})
        values, failures, stopped = gathered(execute(over(n), spec, as_run_options(executor=pool, on_error="continue")))
        assert stopped is None
        assert values == {i: float(i) for i in range(n) if i % 50 != 13}
        assert sorted(failure.number for failure in failures) == list(range(13, n, 50))
    values, _, _ = gathered(execute(over(20), as_function_spec(lambda i: i + n), as_run_options(executor=pool)))
    assert values == {i: i + n for i in range(20)}


@pytest.mark.parametrize(
    "make",
    [
        lambda: ThreadPool(2),
        lambda: SPAWN.Pool(2),
        lambda: ThreadPoolExecutor(2),
        lambda: ProcessPoolExecutor(2, mp_context=SPAWN),
    ],
    ids=["ThreadPool", "Pool", "ThreadPoolExecutor", "ProcessPoolExecutor"],
)
def test_pools_of_the_standard_library(make: Callable[[], Any]) -> None:
    """Executors, and the older pools that have ``apply_async``; they are left running."""
    with make() as pool:
        assert_like_a_loop(pool)


@pytest.mark.parametrize("name", ["loky", "threading", "multiprocessing"])
def test_backends_of_joblib(name: str) -> None:
    """A backend goes by the name that joblib has for it."""
    assert_like_a_loop(name)


def test_a_reusable_executor_of_loky() -> None:
    """An executor that somebody else made with loky is an executor like any other."""
    from joblib.externals.loky import get_reusable_executor

    with get_reusable_executor(max_workers=2, timeout=300) as pool:
        assert_like_a_loop(pool)


def test_a_name_that_nobody_knows_is_refused() -> None:
    """The names that are known are told."""
    with pytest.raises(OptionError, match=r"executor='slurm'; choose one of 'serial'.*'dask'"):
        as_run_options(executor="slurm")


@pytest.fixture(scope="module")
def client() -> Iterator[Any]:
    """A Dask cluster of two worker processes on this machine."""
    distributed = pytest.importorskip("distributed")
    with (
        distributed.LocalCluster(n_workers=2, threads_per_worker=1, processes=True, dashboard_address=None) as cluster,
        distributed.Client(cluster) as client,
    ):
        yield client


def test_a_dask_cluster(client: Any) -> None:
    """By its client, by the client's executor, and by name; the function goes to each worker once."""
    for pool in (client, client.get_executor(), "dask"):
        assert_like_a_loop(pool, n=100)


def once(i: int, folder: str) -> int:
    """Kill the worker of the tenth case, the first time."""
    if i == 10 and not Path(folder, "killed").exists():
        Path(folder, "killed").touch()
        os.kill(os.getpid(), signal.SIGKILL)
    return 2 * i


def test_a_dask_worker_that_is_killed_costs_nothing(client: Any, tmp_path: Path) -> None:
    """One of the two workers dies in the middle of a harvest: every case stands once in the store."""
    runner = xyz.Runner(once, ["out"], constants={"folder": str(tmp_path)})
    harvester = xyz.Harvester(runner, tmp_path / "data.h5")
    harvester.harvest_combos({"i": range(200)}, executor=client, verbosity=0)
    stored = xyz.load_ds(tmp_path / "data.h5")
    assert stored["i"].values.tolist() == list(range(200))
    assert stored["out"].values.tolist() == list(range(0, 400, 2))
    assert (tmp_path / "killed").exists()


def test_an_executor_of_executorlib() -> None:
    """The single-node executor stands for those of Slurm and Flux, which have the same face."""
    executorlib = pytest.importorskip("executorlib")
    with executorlib.SingleNodeExecutor(max_workers=2, block_allocation=True) as pool:
        assert_like_a_loop(pool, n=60)


def test_a_pool_of_ray() -> None:
    """Ray's pool has the face of the one in `multiprocessing`."""
    ray = pytest.importorskip("ray", reason="ray is not installed")
    from ray.util.multiprocessing import Pool

    ray.init(num_cpus=2, include_dashboard=False, logging_level="ERROR")
    try:
        assert_like_a_loop(Pool(2), n=60)
    finally:
        ray.shutdown()
