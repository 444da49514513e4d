"""Say how much of the package its tests reach, and fail where that is too little; after ``coverage json``.

``make coverage`` runs it. Lines and branches are held to limits of their own, which one number for both could not do.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path

LEAST = {"statements": 95.0, "branches": 90.0}
SHOWN = 5


def main() -> int:
    """Tell it in lines; return what the program ends with."""
    report = json.loads(Path("coverage.json").read_text(encoding="utf-8"))
    found = {kind: float(report["totals"][f"percent_{kind}_covered"]) for kind in LEAST}
    told = [f"{kind}: {found[kind]:.1f} % are run by the tests, {least:g} % wanted" for kind, least in LEAST.items()]
    files = sorted(report["files"].items(), key=lambda one: one[1]["summary"]["percent_covered"])
    told += [f"  {one['summary']['percent_covered']:5.1f} %  {path}" for path, one in files[:SHOWN]]
    sys.stdout.write("\n".join(told) + "\n")
    return int(any(found[kind] < least for kind, least in LEAST.items()))


if __name__ == "__main__":
    sys.exit(main())
