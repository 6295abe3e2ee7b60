"""Whether a second calibration of the page probabilities helps: fitted and tried on a finished run's cross-validation.

Each method is fitted on nine tenths of the sites, tried on the rest, in twenty shuffles; held-out pages take no part.
`aidtopics run experiments/aid_classifier.toml && python benchmarks/calibration.py runs/aid_classifier`
"""

import argparse
import json
from collections.abc import Callable
from pathlib import Path

import numpy as np
import numpy.typing as npt
from scipy.optimize import minimize_scalar
from sklearn.isotonic import IsotonicRegression
from sklearn.linear_model import LogisticRegression

from aidtopics.scores import calibration_error

Floats = npt.NDArray[np.float64]
Calibrator = Callable[[Floats], Floats]
TENTHS = 10
SHUFFLES = 20


def log_odds(p: Floats) -> Floats:
    """Of probabilities."""
    return np.log(p / (1 - p))


def as_it_is(p: Floats, aid: npt.NDArray[np.bool_]) -> Calibrator:
    """No second calibration."""
    return lambda q: q


def temperature(p: Floats, aid: npt.NDArray[np.bool_]) -> Calibrator:
    """Log-odds times one factor (Guo et al. 2017)."""

    def loss(factor: float) -> float:
        return float(np.mean(np.logaddexp(0, -factor * log_odds(p) * np.where(aid, 1, -1))))

    factor = minimize_scalar(loss, bounds=(0.1, 5), method="bounded").x
    return lambda q: 1 / (1 + np.exp(-factor * log_odds(q)))


def platt(p: Floats, aid: npt.NDArray[np.bool_]) -> Calibrator:
    """Logistic regression on the log-odds (Platt 1999)."""
    model = LogisticRegression(C=1e6).fit(log_odds(p)[:, None], aid)
    return lambda q: model.predict_proba(log_odds(q)[:, None])[:, 1]


def beta(p: Floats, aid: npt.NDArray[np.bool_]) -> Calibrator:
    """Logistic regression on both logarithms (Kull, Silva Filho and Flach 2017)."""

    def sides(q: Floats) -> Floats:
        return np.stack([np.log(q), -np.log(1 - q)], axis=1)

    model = LogisticRegression(C=1e6, max_iter=1000).fit(sides(p), aid)
    return lambda q: model.predict_proba(sides(q))[:, 1]


def isotonic(p: Floats, aid: npt.NDArray[np.bool_]) -> Calibrator:
    """A rising step function (Zadrozny and Elkan 2002), kept off 0 and 1."""
    model = IsotonicRegression(y_min=0.002, y_max=0.998, out_of_bounds="clip").fit(p, aid)
    return model.predict


def main() -> None:
    """Print log loss, Brier score and calibration error of each method."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("run", type=Path, help="folder of a finished run")
    rows = map(json.loads, (parser.parse_args().run / "judged.jsonl").read_text("utf-8").splitlines())
    judged = [row for row in rows if row["part"] == "cross-validation"]
    aid = np.array([row["gold"] == "aid" for row in judged])
    p = np.clip(np.array([row["aid_probability"] for row in judged]), 1e-4, 1 - 1e-4)
    site = np.unique([row["site"] for row in judged], return_inverse=True)[1]
    for method in (as_it_is, temperature, platt, beta, isotonic):
        figures = []
        for seed in range(SHUFFLES):
            tenth = np.random.default_rng(seed).permutation(site.max() + 1)[site] % TENTHS
            q = np.empty(len(p))
            for out in range(TENTHS):
                q[tenth == out] = method(p[tenth != out], aid[tenth != out])(p[tenth == out])
            q = np.clip(q, 1e-4, 1 - 1e-4)
            loss = -np.mean(np.log(np.where(aid, q, 1 - q)))
            figures.append((loss, np.mean((q - aid) ** 2), calibration_error(aid, q)))
        loss, brier, error = np.mean(figures, axis=0)
        print(f"{method.__name__:12} log loss {loss:.4f}  Brier score {brier:.4f}  calibration error {error:.4f}")


if __name__ == "__main__":
    main()
