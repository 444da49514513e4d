"""The digits study from the terminal: a support vector classifier over C, gamma and kernel, harvested and drawn.

Run it with ``python notebooks/digits_study.py [FOLDER]``. A second run finds everything done, and only draws.
"""

import sys
from pathlib import Path
from time import perf_counter

import numpy as np
from sklearn.datasets import load_digits
from sklearn.metrics import confusion_matrix
from sklearn.model_selection import train_test_split
from sklearn.svm import SVC

import xyzpy_widgets as xyz
from xyzpy_widgets.views.inline import save_html


def train(C, gamma, kernel):
    """Train on half of the digits; return accuracy, fit seconds and the confusion matrix on the other half."""
    images, labels = load_digits(return_X_y=True)
    seen, unseen, known, truth = train_test_split(images, labels, test_size=0.5, random_state=0)
    start = perf_counter()
    classifier = SVC(C=C, gamma=gamma, kernel=kernel).fit(seen, known)
    seconds = perf_counter() - start
    predicted = classifier.predict(unseen)
    return np.mean(predicted == truth), seconds, confusion_matrix(truth, predicted)


runner = xyz.Runner(
    train,
    var_names=["accuracy", "fit_seconds", "confusion"],
    var_dims={"confusion": ["true", "predicted"]},
    var_coords={"true": range(10), "predicted": range(10)},
    var_attrs={"fit_seconds": {"long_name": "time to fit", "units": "s"}},
    arg_attrs={"C": {"long_name": "regularisation C"}, "gamma": {"long_name": "kernel width gamma"}},
    attrs={"title": "Support vector classifiers on handwritten digits"},
    parallel=True,
)


def main(folder: Path) -> None:
    """Harvest in three steps into one file, and draw it on one page."""
    folder.mkdir(parents=True, exist_ok=True)
    harvester = xyz.Harvester(runner, folder / "digits.h5")
    harvester.harvest_combos(
        {"C": [0.1, 1.0, 10.0], "gamma": np.logspace(-5, -2, 7), "kernel": ["rbf", "sigmoid"]}, missing_only=True
    )
    harvester.harvest_combos({"C": [100.0], "gamma": ..., "kernel": ["rbf"]}, missing_only=True)
    harvester.harvest_combos({"C": ..., "gamma": ..., "kernel": ...}, missing_only=True)
    best = harvester.full_ds["accuracy"].stack(case=["C", "gamma", "kernel"]).idxmax().item()
    plots = [
        harvester.plot("gamma", "accuracy", by="C", col="kernel", logx=True),
        harvester.plot("gamma", "C", var="accuracy", col="kernel", logx=True, logy=True),
        harvester.plot("gamma", "fit_seconds", by="C", col="kernel", logx=True),
    ]
    page = save_html(plots, folder / "digits.html", title="Support vector classifiers on handwritten digits")
    words = [
        f"best: C={best[0]}, gamma={best[1]:.3g}, kernel={best[2]!r}",
        f"data:  {folder / 'digits.h5'}",
        f"plots: {page}",
    ]
    sys.stdout.write("\n".join(words) + "\n")


if __name__ == "__main__":
    main(Path(sys.argv[1] if len(sys.argv) > 1 else "demo"))
