"""Writes lbfgsb.json: minima and evaluation counts of SciPy's L-BFGS-B. Needs: pip install scipy numpy.

`value` is the least value found with tolerances near rounding, `evaluations` what SciPy's default tolerances (ftol 2.2e-9, gtol 1e-5) take from the same start.
A bound of null is infinite. The problems (Moré, Garbow & Hillstrom 1981, and convex ones) are written again in lbfgsb.test.ts.
"""

import json
from pathlib import Path

import numpy as np
import scipy
from scipy.optimize import check_grad, minimize

HERE = Path(__file__).resolve().parent
rng = np.random.Generator(np.random.PCG64(20240612))


def quadratic(data):
    a, c = np.array(data["matrix"]), np.array(data["centre"])
    return lambda x: (0.5 * (x - c) @ a @ (x - c), a @ (x - c))


def rosenbrock(_):
    def f(x):
        valley, rest = x[1:] - x[:-1] ** 2, 1 - x[:-1]
        g = np.zeros_like(x)
        g[:-1] = -400 * x[:-1] * valley - 2 * rest
        g[1:] += 200 * valley
        return np.sum(100 * valley**2 + rest**2), g

    return f


def powell(_):
    def f(x):
        a, b, c, d = x[0::4], x[1::4], x[2::4], x[3::4]
        p, q, r, s = a + 10 * b, c - d, b - 2 * c, a - d
        g = np.zeros_like(x)
        g[0::4] = 2 * p + 40 * s**3
        g[1::4] = 20 * p + 4 * r**3
        g[2::4] = 10 * q - 8 * r**3
        g[3::4] = -10 * q - 40 * s**3
        return np.sum(p**2 + 5 * q**2 + r**4 + 10 * s**4), g

    return f


def beale(_):
    def f(x):
        powers = x[1] ** np.arange(1, 4)
        r = np.array([1.5, 2.25, 2.625]) - x[0] * (1 - powers)
        slopes = np.arange(1, 4) * x[1] ** np.arange(3)
        return r @ r, np.array([-2 * r @ (1 - powers), 2 * x[0] * (r @ slopes)])

    return f


def variably(_):
    def f(x):
        i = np.arange(1, len(x) + 1)
        r, t = x - 1, i @ (x - 1)
        return r @ r + t**2 + t**4, 2 * r + (2 * t + 4 * t**3) * i

    return f


def quartic(_):
    def f(x):
        i = np.arange(1, len(x) + 1)
        r = x - 1 / i
        return np.sum(i * r**4 + r**2) + np.sum(x) ** 2, 4 * i * r**3 + 2 * r + 2 * np.sum(x)

    return f


def logistic(data):
    rows, labels = np.array(data["rows"]), np.array(data["labels"])

    def f(x):
        margin = labels * (rows @ x)
        g = -(labels / (1 + np.exp(margin))) @ rows + 0.1 * x
        return np.sum(np.log1p(np.exp(-margin))) + 0.05 * x @ x, g

    return f


KINDS = {f.__name__: f for f in [quadratic, rosenbrock, powell, beale, variably, quartic, logistic]}
problems = []


def add(kind, start, lower=None, upper=None, data=None):
    n = len(start)
    lower = np.full(n, -np.inf) if lower is None else np.asarray(lower, float)
    upper = np.full(n, np.inf) if upper is None else np.asarray(upper, float)
    start = np.clip(np.round(start, 6), lower, upper)
    f = KINDS[kind](data)
    assert check_grad(lambda x: f(x)[0], lambda x: f(x)[1], start) < 1e-4 * (1 + np.linalg.norm(f(start)[1])), kind
    bounds = list(zip(lower, upper))
    usual = minimize(f, start, jac=True, method="L-BFGS-B", bounds=bounds)
    values = [usual.fun]
    x = usual.x
    for _ in range(5):
        tight = minimize(f, x, jac=True, method="L-BFGS-B", bounds=bounds, options={"ftol": 1e-16, "gtol": 1e-12, "maxiter": 10000, "maxfun": 100000})
        values.append(tight.fun)
        x = tight.x
    bare = lambda a: [float(v) if np.isfinite(v) else None for v in a]
    problems.append({"kind": kind, "start": bare(start), "lower": bare(lower), "upper": bare(upper), "data": data,
                     "value": float(min(values)), "evaluations": int(usual.nfev)})


def conditioned(n, condition):
    q, _ = np.linalg.qr(rng.normal(size=(n, n)))
    a = (q * np.geomspace(1, condition, n)) @ q.T
    return {"matrix": np.round((a + a.T) / 2, 6).tolist(), "centre": np.round(rng.normal(size=n), 6).tolist()}


for n, condition in [(3, 10), (6, 100), (10, 100), (10, 1e4), (15, 1e3)]:
    data = conditioned(n, condition)
    add("quadratic", rng.normal(size=n) * 3, data=data)
    add("quadratic", rng.normal(size=n) * 3, np.full(n, -0.5), np.full(n, 0.5), data)
    add("quadratic", rng.normal(size=n) * 3, np.full(n, 0.0), None, data)
for n in [2, 3, 5, 10, 20]:
    usual = np.where(np.arange(n) % 2 == 0, -1.2, 1.0)
    add("rosenbrock", usual)
    add("rosenbrock", rng.uniform(-2, 2, n), np.full(n, -2), np.full(n, 2))
    add("rosenbrock", usual, np.full(n, -1.5), np.where(np.arange(n) % 3 == 1, 0.5, 2))
    add("rosenbrock", rng.uniform(1.1, 3, n), np.where(np.arange(n) % 2 == 0, 1.1, -np.inf), None)
for n in [4, 12]:
    add("powell", np.tile([3.0, -1, 0, 1], n // 4))
    add("powell", np.tile([3.0, -1, 0, 1], n // 4), np.tile([0.1, -20, -20, -20], n // 4), np.tile([20.0, 0, 20, 0.9], n // 4))
for start in [(1, 1), (0, 0), (2, 0.2)]:
    add("beale", start, [-4.5, -4.5], [4.5, 4.5])
    add("beale", start, [0.6, 0.0], [2.5, 0.4])
for n in [4, 10]:
    i = np.arange(1, n + 1)
    add("variably", 1 - i / n)
    add("variably", 1 - i / n, np.zeros(n), np.full(n, 0.9))
for n in [5, 20]:
    add("quartic", rng.normal(size=n))
    add("quartic", rng.normal(size=n), np.zeros(n), np.full(n, 1))
for n in [4, 12]:
    rows = np.round(rng.normal(size=(40, n)) * np.geomspace(0.3, 3, n), 3)
    labels = np.where(rows @ rng.normal(size=n) + rng.normal(size=40) > 0, 1, -1)
    data = {"rows": rows.tolist(), "labels": labels.tolist()}
    add("logistic", np.zeros(n), data=data)
    add("logistic", rng.normal(size=n), np.full(n, -0.4), np.full(n, 0.4), data)
    add("logistic", rng.normal(size=n), np.zeros(n), None, data)

(HERE / "lbfgsb.json").write_text(json.dumps({"made": f"test/golden/lbfgsb.py, scipy {scipy.__version__}", "problems": problems}) + "\n")
