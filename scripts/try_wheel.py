"""Try what is released: build the packages, install them where there is no Node.js and no source, and use them there.

``make test-wheel`` runs it. The source archive is built from this folder, with all that Node.js makes already in it; a
wheel is built from the archive and installed in a new environment, on whose path there is no Node.js. There, and in an
empty folder, tests of the public face run against what was installed.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tarfile
import tempfile
import venv
from pathlib import Path
from zipfile import ZipFile

ROOT = Path(__file__).parents[1]
TESTS = ("test_page.py", "test_public_names.py", "test_labextension.py", "test_magics_verbs.py")
NEEDED = ("hypothesis", "pytest", "scipy", "zarr")
BUILT = ("share/jupyter/labextensions/xyzpy-widgets/install.json", "xyzpy_widgets/static/run_monitor.js")


def main() -> None:
    """Build, look into the packages, install, and try."""
    with tempfile.TemporaryDirectory() as folder:
        work = Path(folder)
        run(sys.executable, "-m", "build", "--outdir", work / "dist", ROOT)
        (archive,), (wheel,) = (work / "dist").glob("*.tar.gz"), (work / "dist").glob("*.whl")
        look_into(archive, wheel)
        python = fresh_environment(work / "environment")
        run(python, "-m", "pip", "install", "--quiet", archive, *NEEDED, path=python.parent)
        shutil.copytree(
            ROOT / "tests", work / "elsewhere" / "tests", ignore=shutil.ignore_patterns("js", "__pycache__")
        )
        tests = [Path("tests", name) for name in TESTS]
        settings = ("-c", os.devnull, "--rootdir", ".", "-W", "error", "-p", "no:cacheprovider")
        run(python, "-m", "pytest", "--quiet", *settings, *tests, path=python.parent, folder=work / "elsewhere")


def look_into(archive: Path, wheel: Path) -> None:
    """Check that the packages hold what was made, and not what was only lying about."""
    with tarfile.open(archive) as packed:
        names = {name.partition("/")[2] for name in packed.getnames()}
    kept = {name for name in names if name.startswith(("node_modules", ".venv", ".git/", "docs/_build"))}
    assert not kept, kept
    with ZipFile(wheel) as packed_wheel:
        held = packed_wheel.namelist()
    for built in BUILT:
        assert any(name.endswith(built) for name in held), built
    assert {name.partition("/")[0] for name in held} == {"xyzpy_widgets", *outside(wheel)}, held


def outside(wheel: Path) -> tuple[str, str]:
    """Return the folders of a wheel that are not the package itself."""
    stem = "-".join(wheel.name.split("-")[:2])
    return f"{stem}.dist-info", f"{stem}.data"


def fresh_environment(folder: Path) -> Path:
    """Make a new environment; return its Python."""
    venv.create(folder, with_pip=True)
    programs = folder / ("Scripts" if os.name == "nt" else "bin")
    assert shutil.which("node", path=programs) is None
    return programs / "python"


def run(*command: str | Path, path: Path | None = None, folder: Path | None = None) -> None:
    """Run a program, with only one folder on its path where one is given."""
    surroundings = dict(os.environ) if path is None else {**os.environ, "PATH": str(path)}
    surroundings.pop("PYTHONPATH", None)
    subprocess.run([str(word) for word in command], check=True, env=surroundings, cwd=folder)


if __name__ == "__main__":
    main()
