"""Writes kernels.json: Matérn-5/2, Cholesky factors, marginal likelihoods with gradients, and posteriors, by mpmath with 200 bits from plain formulas,
after SciPy has found the same from its own. Needs: pip install mpmath numpy scipy.

Arrays are base64 of little-endian doubles, row-major.
"""

import base64
import json
from pathlib import Path

import mpmath
import numpy as np
from scipy.linalg import cho_factor, cho_solve
from scipy.stats import multivariate_normal

HERE = Path(__file__).resolve().parent
mpmath.mp.prec = 200
mpf = mpmath.mpf
rng = np.random.Generator(np.random.PCG64(20261124))


def matern(q, s):
    root = mpmath.sqrt(5 * q)
    decay = s * mpmath.exp(-root)
    return decay * (1 + root + root**2 / 3), -mpf(5) / 6 * decay * (1 + root)


def differences(a, b, categories):
    return [mpf(int(p != q)) if c < categories else (mpf(float(p)) - mpf(float(q))) ** 2 for c, (p, q) in enumerate(zip(a, b))]


def cholesky(a):
    n = len(a)
    l = [[mpf(0)] * n for _ in range(n)]
    for i in range(n):
        for j in range(i + 1):
            rest = a[i][j] - mpmath.fdot(l[i][:j], l[j][:j])
            l[i][j] = mpmath.sqrt(rest) if i == j else rest / l[j][j]
    return l


def forward(l, b):
    x = []
    for i, row in enumerate(l):
        x.append((b[i] - mpmath.fdot(row[:i], x)) / row[i])
    return x


def backward(l, b):
    n = len(b)
    x = [mpf(0)] * n
    for i in reversed(range(n)):
        x[i] = (b[i] - mpmath.fsum(l[k][i] * x[k] for k in range(i + 1, n))) / l[i][i]
    return x


def truth(x, y, z, theta, categories):
    n, d = x.shape
    w, s, v = [mpmath.exp(mpf(float(t))) for t in theta[:d]], mpmath.exp(mpf(float(theta[d]))), mpmath.exp(mpf(float(theta[d + 1])))
    y = [mpf(float(value)) for value in y]
    deltas = [[differences(x[i], x[j], categories) for j in range(i)] for i in range(n)]
    kernel = [[matern(mpmath.fdot(w, delta), s) for delta in row] for row in deltas]
    value_at = lambda i, j: s if i == j else kernel[max(i, j)][min(i, j)][0]
    l = cholesky([[value_at(i, j) + (v if i == j else 0) for j in range(n)] for i in range(n)])
    ones = backward(l, forward(l, [mpf(1)] * n))
    mean = mpmath.fdot(ones, y) / (mpmath.fsum(ones) + 4)
    y = [value - mean for value in y]
    alpha = backward(l, forward(l, y))
    inverse = [backward(l, forward(l, [mpf(i == j) for j in range(n)])) for i in range(n)]

    likelihood = -mpmath.fdot(y, alpha) / 2 - 2 * mean**2 - mpmath.fsum(mpmath.log(l[i][i]) for i in range(n)) - mpf(n) / 2 * mpmath.log(2 * mpmath.pi)
    weight = [[alpha[i] * alpha[j] - inverse[i][j] for j in range(n)] for i in range(n)]
    pairs = [(i, j) for i in range(n) for j in range(i)]
    gradient = [w[c] * mpmath.fsum(weight[i][j] * kernel[i][j][1] * deltas[i][j][c] for i, j in pairs) for c in range(d)]
    gradient.append(mpmath.fsum(weight[i][j] * value_at(i, j) for i in range(n) for j in range(n)) / 2)
    gradient.append(v * mpmath.fsum(weight[i][i] for i in range(n)) / 2)

    means, variances = [], []
    for point in z:
        k = [matern(mpmath.fdot(w, differences(point, other, categories)), s)[0] for other in x]
        half = forward(l, k)
        means.append(mean + mpmath.fdot(k, alpha))
        variances.append(s - mpmath.fdot(half, half))
    return l, likelihood, gradient, means, variances


def scipy_says(x, y, z, theta, categories):
    """Likelihood and posterior from SciPy's own normal distribution and solver."""
    d = x.shape[1]
    w, s, v = np.exp(theta[:d]), np.exp(theta[d]), np.exp(theta[d + 1])

    def k(a, b):
        delta = (a[:, None] - b[None]) ** 2
        delta[:, :, :categories] = a[:, None, :categories] != b[None, :, :categories]
        root = np.sqrt(5 * delta @ w)
        return s * (1 + root + root**2 / 3) * np.exp(-root)

    full = k(x, x) + v * np.eye(len(x))
    cross = k(z, x)
    factor = cho_factor(full, lower=True)
    # Least squares of the whitened values, and of 0 for the mean itself, which weighs twice.
    whiten = np.linalg.inv(np.linalg.cholesky(full))
    mean = np.linalg.lstsq(np.append(whiten @ np.ones(len(x)), 2)[:, None], np.append(whiten @ y, 0))[0][0]
    log_density = multivariate_normal(np.full(len(x), mean), full).logpdf(y) - 2 * mean**2
    return log_density, mean + cross @ cho_solve(factor, y - mean), s - np.einsum("ij,ji->i", cross, cho_solve(factor, cross.T))


def encode(values):
    return base64.b64encode(np.asarray([float(value) for value in np.ravel(np.asarray(values, dtype=object))], dtype="<f8").tobytes()).decode()


def case(n, d, categories, log_noise, keeps_factor):
    def points(count):
        out = rng.random((count, d))
        out[:, :categories] = rng.integers(0, 3, (count, categories))
        return out

    x, z = points(n), points(12)
    # Candidates at an observed point and next to one, where the variance nearly vanishes.
    z[0], z[1] = x[0], x[-1]
    z[1, categories:] += 1e-3
    y = np.sin(3 * x.sum(1)) + 0.1 * rng.standard_normal(n)
    theta = np.append(rng.normal(0.5, 0.7, d), [0.3, log_noise])
    l, likelihood, gradient, means, variances = truth(x, y, z, theta, categories)
    theirs = scipy_says(x, y, z, theta, categories)
    assert abs(theirs[0] - float(likelihood)) < 1e-8 * abs(float(likelihood))
    assert np.abs(theirs[1] - np.array(means, dtype=float)).max() < 1e-8
    assert np.abs(theirs[2] - np.array(variances, dtype=float)).max() < 1e-8
    return {
        "n": n,
        "d": d,
        "categories": categories,
        "logNoise": log_noise,
        "x": encode(x),
        "y": encode(y),
        "z": encode(z),
        "theta": encode(theta),
        "l": encode(l) if keeps_factor else "",
        "likelihood": float(likelihood),
        "gradient": encode(gradient),
        "mean": encode(means),
        "variance": encode(variances),
    }


q = np.concatenate([[0, 5e-324, 1e-300, 1e-16], 10.0 ** rng.uniform(-12, 4.9, 300), rng.uniform(0, 20, 300)])
values = [matern(mpf(float(one)), mpf(1.7)) for one in q]
golden = {
    "matern": {"s": 1.7, "q": encode(q), "value": encode([value for value, _ in values]), "slope": encode([slope for _, slope in values])},
    "cases": [case(1, 1, 0, -3, True), case(7, 2, 0, -5, True), case(18, 4, 2, -4, True), case(31, 3, 3, -2, True), case(45, 10, 3, -6, True), case(90, 5, 0, -4, False)],
}
(HERE / "kernels.json").write_text(json.dumps(golden) + "\n")
