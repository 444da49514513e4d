"""Ask for known vulnerabilities of all that is depended on; ``make audit`` runs it.

Where an advisory service does not answer, or knows nothing of what it is asked about, nothing is known: that is said,
and is no success. (pip-audit alone calls packages free of vulnerabilities that its service has never heard of.)
The program ends with 1 where something is found, and with 2 where nothing is, but not everything could be asked.
"""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable, Mapping
from typing import Any

Read = Callable[[Mapping[str, Any]], tuple[list[str], str]]


def main() -> int:
    """Ask each service; return what the program ends with."""
    pip_audit = (sys.executable, "-m", "pip_audit", "--skip-editable", "--progress-spinner=off", "--format=json")
    asked = {
        "Python packages, asked of PyPI": (of_python, pip_audit),
        "Python packages, asked of OSV": (of_python, (*pip_audit, "--vulnerability-service=osv")),
        "front end, asked of npm": (of_front_end, ("npm", "audit", "--audit=true", "--omit=dev", "--json")),
    }
    answers = {what: answer(read, command) for what, (read, command) in asked.items()}
    for what, (findings, lack) in answers.items():
        said = "; ".join(filter(None, [f"{len(findings)} found" if findings or not lack else "", lack]))
        sys.stdout.write("\n  ".join([f"{what}: {said}", *findings]) + "\n")
    return ends_with(answers)


def ends_with(answers: Mapping[str, tuple[list[str], str]]) -> int:
    """Return the status: of the Python packages one of the two services is enough."""
    if any(findings for findings, _ in answers.values()):
        return 1
    *python, front_end = (not lack for _, lack in answers.values())
    return 0 if any(python) and front_end else 2


def answer(read: Read, command: tuple[str, ...]) -> tuple[list[str], str]:
    """Return what a service found, and why it could not tell of everything, empty where it could."""
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    try:
        report = json.loads(done.stdout)
    except ValueError:
        return [], f"no answer: {(done.stderr.strip().splitlines() or ['nothing was said'])[-1]:.200}"
    return read(report)


def of_python(report: Mapping[str, Any]) -> tuple[list[str], str]:
    """Read what pip-audit tells."""
    packages = [
        one for one in report["dependencies"] if "editable" not in one.get("skip_reason", "")
    ]  # but for our own
    findings = [
        f"{one['name']} {one['version']}: {found['id']}, mended in {', '.join(found['fix_versions']) or 'no version'}"
        for one in packages
        for found in one.get("vulns", ())
    ]
    unknown = [one["name"] for one in packages if "skip_reason" in one]
    return findings, f"nothing is known of {len(unknown)} of {len(packages)} packages" if unknown else ""


def of_front_end(report: Mapping[str, Any]) -> tuple[list[str], str]:
    """Read what ``npm audit`` tells."""
    if "vulnerabilities" not in report:
        return [], f"no answer: {report.get('message') or report.get('error')}"
    found = report["vulnerabilities"]
    return [f"{name} {one['range']}: {one['severity']}" for name, one in found.items()], ""


if __name__ == "__main__":
    sys.exit(main())
