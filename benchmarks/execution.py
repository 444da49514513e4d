"""What running costs beside the function itself: this library, a bare loop, and others, measured in one run.

``python benchmarks/execution.py`` prints tables in Markdown, with what is wanted and whether it is kept, and at the end
one of this library beside the bare loop, xyzpy and joblib. All ways of a
table take turns, and the best of several rounds counts. xyzpy and Dask are left out where they are not installed:
``pip install 'xyzpy_widgets[benchmarks,dask]'``. It takes some minutes, and tells the truth on a quiet machine only.
"""

from __future__ import annotations

import argparse
import contextlib
import gc
import io
import itertools
import logging
import math
import os
import subprocess
import sys
import tracemalloc
import warnings
from collections.abc import Callable, Iterable, Iterator, Mapping
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, replace
from importlib.metadata import version
from time import perf_counter, process_time, time
from typing import Any

import joblib
import numpy as np

import xyzpy_widgets as xyz

xyzpy: Any = None
distributed: Any = None
with warnings.catch_warnings(action="ignore"):  # both name an accessor of xarray's xyz
    with contextlib.suppress(ImportError):
        import xyzpy
    with contextlib.suppress(ImportError):
        import distributed

WORKERS = 2
INNER = 100
LEAST = 10_000  # so many cases are timed together, in several runs where one has fewer


def one(a: int, b: float) -> float:
    """Do next to nothing."""
    return a * 0.5 + b


def three(a: int, b: float) -> tuple[float, float, float]:
    """Do next to nothing, with three outputs."""
    return a + b, a - b, a * b


def busy(a: int, ms: float) -> int:
    """Keep a core busy for some milliseconds."""
    last = perf_counter() + ms / 1000
    while perf_counter() < last:
        pass
    return a


def combos(n: int) -> dict[str, list[Any]]:
    """Return combos of about ``n`` cases of two arguments."""
    return {"a": list(range(n // INNER)), "b": [0.5 * i for i in range(INNER)]}


def loop(n: int) -> np.ndarray[Any, Any]:
    """Fill an array that is there already."""
    found = np.empty(n)
    for at, (a, b) in enumerate(itertools.product(*combos(n).values())):
        found[at] = one(a, b)
    return found


def loop_of_three(n: int) -> np.ndarray[Any, Any]:
    """Fill three arrays that are there already."""
    found = np.empty((3, n))
    x, y, z = found
    for at, (a, b) in enumerate(itertools.product(*combos(n).values())):
        x[at], y[at], z[at] = three(a, b)
    return found


@dataclass(frozen=True, slots=True)
class Way:
    """One way to run some cases.

    Attributes
    ----------
    run : callable
        Takes the number of cases.
    share : float
        The share of all cases that it is given, since some ways are very slow.
    wanted : float or None
        The most that it may cost, in times of the bare loop.
    base : str
        The loop that it is compared with.
    """

    run: Callable[[int], Any]
    share: float = 1.0
    wanted: float | None = None
    base: str = "bare loop"


def sampled(n: int) -> Any:
    """Sample with a table of this library."""
    return xyz.Sampler(xyz.Runner(one, "out"), seed=1).sample_combos(n, combos(n))


SERIAL = {
    "bare loop": Way(loop),
    "bare loop, 3 outputs": Way(loop_of_three),
    "Runner.run_combos, with bar": Way(lambda n: xyz.Runner(one, "out").run_combos(combos(n)), wanted=4),
    "Runner.run_combos, 3 outputs": Way(
        lambda n: xyz.Runner(three, ["x", "y", "z"]).run_combos(combos(n)), wanted=6, base="bare loop, 3 outputs"
    ),
    "combo_runner": Way(lambda n: xyz.combo_runner(one, combos(n)), wanted=4),
    "combo_runner_to_df": Way(lambda n: xyz.combo_runner_to_df(one, combos(n), "out"), wanted=6),
    "Sampler.sample_combos": Way(sampled, wanted=6),
    "joblib, n_jobs=1": Way(
        lambda n: joblib.Parallel(1)(joblib.delayed(one)(a, b) for a, b in itertools.product(*combos(n).values())), 0.2
    ),
}
if xyzpy:
    SERIAL |= {
        "xyzpy Runner.run_combos": Way(lambda n: xyzpy.Runner(one, "out").run_combos(combos(n)), 0.2),
        "xyzpy Runner, 3 outputs": Way(
            lambda n: xyzpy.Runner(three, ["x", "y", "z"]).run_combos(combos(n)), 0.2, base="bare loop, 3 outputs"
        ),
        "xyzpy combo_runner": Way(lambda n: xyzpy.combo_runner(one, combos(n)), 0.2),
        "xyzpy combo_runner_to_df": Way(lambda n: xyzpy.combo_runner_to_df(one, combos(n), "out"), 0.2),
        "xyzpy Sampler": Way(lambda n: xyzpy.Sampler(xyzpy.Runner(one, "out")).sample_combos(n, combos(n)), 0.02),
    }


Summary = dict[str, list[str]]
"""The rows of the last table: the bare loop, this library, xyzpy and joblib side by side, empty where one is not."""

RIVALS = {
    "Runner": ("Runner.run_combos, with bar", "xyzpy Runner.run_combos", "joblib, n_jobs=1"),
    "Runner, 3 outputs": ("Runner.run_combos, 3 outputs", "xyzpy Runner, 3 outputs", ""),
    "nested tuples": ("combo_runner", "xyzpy combo_runner", "joblib, n_jobs=1"),
    "table": ("combo_runner_to_df", "xyzpy combo_runner_to_df", ""),
    "Sampler": ("Sampler.sample_combos", "xyzpy Sampler", ""),
}


def best(ways: Mapping[str, Way], n: int, rounds: int) -> dict[str, float]:
    """Return the seconds of this process that each way takes for a case, the best of some rounds."""
    found = dict.fromkeys(ways, math.inf)
    again = max(1, LEAST // n)
    with quiet():
        for way in ways.values():
            way.run(INNER)
    for _ in range(rounds):
        for name, way in ways.items():
            cases = max(INNER, round(n * way.share / INNER) * INNER)
            gc.collect()
            start = process_time()
            with quiet():
                for _ in range(again):
                    way.run(cases)
            found[name] = min(found[name], (process_time() - start) / cases / again)
    return found


@contextlib.contextmanager
def quiet() -> Iterator[None]:
    """Send bars where nobody looks; they are drawn all the same."""
    with contextlib.redirect_stderr(io.StringIO()), warnings.catch_warnings():
        warnings.simplefilter("ignore")
        yield


def verdict(value: float, wanted: float | None, *, least: bool = False) -> tuple[str, str]:
    """Return what is wanted, and whether it is kept."""
    if wanted is None:
        return "", ""
    kept = value >= wanted if least else value <= wanted
    return f"{'at least' if least else 'at most'} {wanted:g}", "kept" if kept else "**missed**"


def table(title: str, head: Iterable[str], rows: Iterable[Iterable[str]]) -> None:
    """Print a table."""
    head = list(head)
    print(f"\n### {title}\n")
    print("|", " | ".join(head), "|")
    print("|", " | ".join("---" for _ in head), "|")
    for row in rows:
        print("|", " | ".join(row), "|", flush=True)


def overhead(n: int, rounds: int) -> Summary:
    """Compare what a trivial case costs."""
    times = best(SERIAL, n, rounds)
    rows = []
    for name, way in SERIAL.items():
        ratio = times[name] / times[way.base]
        rows.append((name, f"{times[name] * 1e9:.0f}", f"{ratio:.1f}", *verdict(ratio, way.wanted)))
    head = ("way", "ns a case", "x bare loop", "wanted", "")
    table(f"A trivial function of two arguments, {n:,} cases, one process", head, rows)
    return {
        f"{label}, {n:,} trivial cases: x bare loop": [
            f"{times[name] / times[SERIAL[name].base]:.1f}" if name in times else "" for name in ("bare loop", *names)
        ]
        for label, names in RIVALS.items()
    }


def memory(n: int) -> Summary:
    """Compare the largest memory beyond the result."""
    rows = []
    told = {"xyzpy Runner.run_combos": ""}
    for name, wanted in (("Runner.run_combos, with bar", 24.0), ("xyzpy Runner.run_combos", None)):
        if name not in SERIAL:
            continue
        cases = round(n * SERIAL[name].share)
        with quiet():
            SERIAL[name].run(1000)
            gc.collect()
            tracemalloc.start()
            result = SERIAL[name].run(cases)
            beyond = tracemalloc.get_traced_memory()[1] / cases - 8
            tracemalloc.stop()
            del result
        told[name] = f"{beyond:.0f}"
        rows.append((name, f"{beyond:.1f}", *verdict(beyond, wanted)))
    table(f"Bytes a point beyond the result at the peak, {n:,} cases", ("way", "bytes", "wanted", ""), rows)
    beside = [told["Runner.run_combos, with bar"], told["xyzpy Runner.run_combos"]]
    return {f"Runner, {n:,} cases: bytes a point beyond the result": ["0", *beside, ""]}


def growth(largest: int) -> Summary:
    """Show that the time of a case does not grow with their number."""
    way = {"ours": SERIAL["Runner.run_combos, with bar"], "bare": SERIAL["bare loop"]}
    rivals = [name for name in ("xyzpy Runner.run_combos", "joblib, n_jobs=1") if name in SERIAL]
    small = way | {name: replace(SERIAL[name], share=1) for name in rivals}
    sizes = [10**power for power in range(3, round(math.log10(largest)) + 1)]
    found = {n: best(small if n == 10**3 else way, n, max(1, min(20, 10**6 // n))) for n in sizes}
    most = 2 * found[10**5]["ours"]
    rows = [
        (
            f"{n:,}",
            f"{one['ours'] * 1e9:.0f}",
            f"{one['ours'] / one['bare']:.1f}",
            *verdict(one["ours"] * 1e9, round(most * 1e9) if n >= 10**5 else None),
        )
        for n, one in found.items()
    ]
    table("Runner.run_combos, time of a case", ("cases", "ns", "x bare loop", "wanted", ""), rows)
    least = found[10**3]
    beside = [f"{least[name] / least['bare']:.1f}" if name in least else "" for name in ("bare", "ours", *[*small][2:])]
    return {"Runner, 1,000 trivial cases: x bare loop": beside if xyzpy else [*beside[:2], "", *beside[2:]]}


def by_ours(n: int, ms: float) -> Any:
    """Run on workers of our own."""
    return xyz.Runner(busy, "out", constants={"ms": ms}, num_workers=WORKERS).run_combos({"a": range(n)})


def by_xyzpy(n: int, ms: float) -> Any:
    """Run on workers of loky's, as xyzpy does."""
    runner = xyzpy.Runner(busy, "out", constants={"ms": ms})
    return runner.run_combos({"a": list(range(n))}, parallel=True, num_workers=WORKERS)


def by_joblib(n: int, ms: float) -> Any:
    """Run in batches of joblib's."""
    return joblib.Parallel(WORKERS)(joblib.delayed(busy)(a, ms) for a in range(n))


def by_processes(n: int, ms: float) -> list[int]:
    """Submit every case to a process."""
    pool = started("pool", lambda: ProcessPoolExecutor(WORKERS))
    return [future.result() for future in [pool.submit(busy, a, ms) for a in range(n)]]


def by_dask(n: int, ms: float) -> Any:
    """Submit every case to a cluster of Dask's."""
    client = started("client", cluster)
    return client.gather(client.map(busy, range(n), ms=ms, pure=False))


def by_ours_on_dask(n: int, ms: float) -> Any:
    """Run on the same cluster."""
    runner = xyz.Runner(busy, "out", constants={"ms": ms}, executor=started("client", cluster))
    return runner.run_combos({"a": range(n)})


def cluster() -> Any:
    """Start a cluster of Dask's."""
    return distributed.Client(n_workers=WORKERS, threads_per_worker=1, dashboard_address=None)


STARTED: dict[str, Any] = {}


def started(name: str, start: Callable[[], Any]) -> Any:
    """Return what was started under a name, or start it."""
    if name not in STARTED:
        STARTED[name] = start()
    return STARTED[name]


PARALLEL: dict[str, Callable[[int, float], Any]] = {"ours": by_ours}
if xyzpy:
    PARALLEL["xyzpy"] = by_xyzpy
PARALLEL |= {"joblib": by_joblib, "concurrent.futures": by_processes}
if distributed:
    PARALLEL |= {"Dask": by_dask, "ours on Dask": by_ours_on_dask}


def throughput_of(name: str, ms: float, n: int) -> float:
    """Return how many seconds of work are done in a second, with the workers started before."""
    with quiet():
        PARALLEL[name](10, ms)
        start = perf_counter()
        PARALLEL[name](n, ms)
        end = perf_counter()
        for one in STARTED.values():
            (one.shutdown if hasattr(one, "shutdown") else one.close)()
    return n * ms / 1000 / (end - start)


def throughput(seconds: float, rounds: int) -> Summary:
    """Compare how much of two cores' work comes out, for cases of several lengths, each way in a process of its own."""
    rows = []
    told: Summary = {}
    for ms in (0.001, 0.1, 1.0, 10.0):
        n = round(seconds * 1000 / max(ms, 0.1))
        found = dict.fromkeys(PARALLEL, 0.0)
        for name in [*PARALLEL] * rounds:
            cases = n // 5 if name == "Dask" and ms < 1 else n  # it takes a millisecond for each
            code = [sys.executable, __file__, "--throughput-of", name, str(ms), str(cases)]
            ended = subprocess.run(code, check=True, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
            found[name] = max(found[name], float(ended.stdout))
        wanted = {0.1: 2.5 * found.get("xyzpy", 0.0), 10.0: 0.95 * WORKERS}.get(ms)
        said = verdict(found["ours"], round(wanted, 3) if wanted else None, least=True)
        rows.append((f"{ms:g} ms", *(f"{value:.3f}" for value in found.values()), *said))
        beside = [f"{found[name]:.2f}" if name in found else "" for name in ("ours", "xyzpy", "joblib")]
        told[f"cases of {ms:g} ms on {WORKERS} workers: cores' work done"] = ["1", *beside]
    head = ("a case takes", *PARALLEL, "wanted of ours", "")
    table(f"Work of one core that {WORKERS} workers do in the same time; ideal is {WORKERS}", head, rows)
    return told


def ended_at(a: int) -> float:
    """Work for a while, and say when it was over."""
    busy(a, 50)
    return time()


def promptness() -> None:
    """Show how soon progress tells of the first case, and how soon the first case ends at all."""
    rows = []
    for name, workers in (("serial", None), ("workers, started anew", WORKERS), ("workers, again", WORKERS)):
        begun = time()
        run = xyz.Runner(ended_at, "end", num_workers=workers).submit({"a": range(20)})
        told: list[float] = []
        run.listen(lambda progress, told=told: told.append(time()) if progress.done and not told else None)
        first = float(run.result()["end"].min())
        rows.append((name, f"{first - begun:.2f}", f"{told[0] - first:.3f}", *verdict(told[0] - first, 0.2)))
    head = ("20 cases of 50 ms", "first one ends after, s", "told after, s", "wanted", "")
    table("How soon the first result is told", head, rows)


def main() -> None:
    """Measure everything and print it."""
    reader = argparse.ArgumentParser(description=__doc__)
    reader.add_argument("--cases", type=lambda text: round(float(text)), nargs="*", default=[10**5, 10**6])
    reader.add_argument("--largest", type=lambda text: round(float(text)), default=10**7)
    reader.add_argument("--rounds", type=int, default=5)
    reader.add_argument("--throughput-of", nargs=3, help=argparse.SUPPRESS)
    given = reader.parse_args()
    if given.throughput_of:
        name, ms, n = given.throughput_of
        print(throughput_of(name, float(ms), int(n)))
        return
    logging.disable(logging.WARNING)
    there = ["joblib", *(["xyzpy"] if xyzpy else []), *(["distributed"] if distributed else [])]
    versions = ", ".join(f"{name} {version(name)}" for name in there)
    print(f"Python {sys.version.split()[0]}, {versions}, {os.cpu_count()} cores, load {os.getloadavg()[0]:.1f}")
    told: Summary = {}
    for n in given.cases:
        told |= overhead(n, max(2, given.rounds * 10**5 // n))
        told |= memory(n)
    told |= growth(given.largest)
    promptness()
    told |= throughput(1.0, max(1, given.rounds // 2))
    rows = ((name, *beside) for name, beside in told.items())
    table("All of it, side by side", ("", "bare loop", "xyzpy_widgets", "xyzpy", "joblib"), rows)


if __name__ == "__main__":
    main()
