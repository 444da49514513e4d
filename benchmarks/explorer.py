"""What one live update of a plot costs, beside other ways in the same run: ``python benchmarks/explorer.py``.

Each way shows a field of cells in a JupyterLab of its own notebook, in a Chromium that nobody sees, and draws it anew
with other values: so many times at some pace, and again as fast as it goes. Measured are the work of the kernel, what
comes over the wire, and in the page how long frames take, how long after other values are there a frame shows them,
and what becomes of the canvas. Needs the optional dependencies ``benchmarks``, Node.js with `npm ci`, and Chromium,
which the variable ``CHROMIUM`` names.
"""

from __future__ import annotations

import argparse
import itertools
import json
import os
import shutil
import socket
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from ways import WAYS

HERE = Path(__file__).parent
HEADS = {
    "updates": "",
    "kernel, ms": "the kernel's work for an update: the median",
    "sent, kB": "what the page gets for an update",
    "to the frame, ms": "from other values to the frame that shows them: the median",
    "shown": "how many of the updates a frame showed",
    "frames, ms": "median / 95 % / longest time between two frames",
    "long tasks, ms": "what kept the page from anything else for more than 50 ms, for an update",
    "blank": "frames without a plot",
    "canvases": "how often the canvas was another one",
}


def measured(asked: dict[str, Any]) -> list[dict[str, Any]]:
    """Let a browser show every way, and return what it saw of those that could be shown."""
    npx, chromium = shutil.which("npx"), os.environ.get("CHROMIUM", "/usr/bin/chromium")
    if npx is None or not (HERE.parent / "node_modules").is_dir():
        sys.exit("the pages are driven by Playwright: install Node.js, and run npm ci")
    if shutil.which(chromium) is None:
        sys.exit(f"there is no browser at {chromium}; set CHROMIUM to where Chromium is")
    with tempfile.TemporaryDirectory() as results, socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = str(free.getsockname()[1])
        free.close()
        path = os.pathsep.join([str(Path(sys.executable).parent), os.environ.get("PATH", "")])
        told = {"XYZPY_UI_PORT": port, "XYZPY_FRAMES": json.dumps({**asked, "results": results}), "PATH": path}
        command = [npx, "playwright", "test", "--config", "ui-tests/frames.config.ts"]
        subprocess.run(command, cwd=HERE.parent, env={**os.environ, **told}, stdout=sys.stderr, check=False)
        files = sorted(Path(results).glob("*.json"))
        return [loop for file in files for loop in json.loads(file.read_text(encoding="utf-8"))]


def delays(began: Sequence[float], changes: Sequence[float]) -> list[float]:
    """Return how long after each update a frame showed it, in milliseconds; of those that were shown."""
    found = []
    for start, end in itertools.pairwise([*(1000 * one for one in began), np.inf]):
        shown = [change - start for change in changes if start < change < end]
        found += shown[:1]
    return found


def row(loop: dict[str, Any], first: dict[str, Any]) -> Iterator[str]:
    """Tell of one way at one pace, beside the first way."""
    updates = len(loop["took"])
    yield "as fast as they go" if not loop["seconds"] else f"{1 / loop['seconds']:.0f} a second"
    for value, other in zip(costs(loop), costs(first), strict=True):
        yield f"{value:.1f} ({value / other:.2f})"
    frames = loop["frames"][1:]
    yield f"{len(loop['changes'])} of {updates}"
    yield " / ".join(f"{value:.0f}" for value in np.percentile(frames, [50, 95, 100]))
    yield f"{sum(loop['tasks']) / updates:.0f}"
    yield str(loop["blank"])
    yield str(loop["swaps"])


def costs(loop: dict[str, Any]) -> tuple[float, float, float]:
    """Return what the kernel works for an update, what it sends, and how late a frame shows it."""
    late = delays(loop["began"], loop["changes"])
    return (
        float(np.median(loop["took"])),
        loop["received"] / 1000 / len(loop["took"]),
        float(np.median(late or [np.nan])),
    )


def main() -> None:
    """Print one table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--updates", type=int, default=30, help="how often each way updates at each pace")
    parser.add_argument("--size", type=int, default=60, help="cells along each side of the field")
    given = parser.parse_args()
    paces = [1 / 3, 0]
    asked = {"ways": list(WAYS), "size": given.size, "updates": given.updates, "seconds": paces, "folder": str(HERE)}
    loops = measured(asked)
    first = {loop["seconds"]: loop for loop in reversed(loops)}
    print(f"A field of {given.size} x {given.size} cells; in brackets, how many times as much as the first.\n")
    print("| |", " | ".join(HEADS), "|")
    print("|---" * (len(HEADS) + 1) + "|")
    for loop in loops:
        print("|", " | ".join([loop["way"], *row(loop, first[loop["seconds"]])]), "|")
    print("\n" + "\n".join(f"- {head}: {said}" for head, said in HEADS.items() if said))
    if failed := [way for way in WAYS if way not in {loop["way"] for loop in loops}]:
        sys.exit(f"not measured, for the reasons above: {', '.join(failed)}")


if __name__ == "__main__":
    main()
