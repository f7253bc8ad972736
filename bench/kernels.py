"""Value and gradient of the marginal likelihood by NumPy and SciPy on one thread, for bench/kernels.ts: reads a problem as JSON, writes the median of the repetitions.
Written for speed: distances and gradient by matrix products, the inverse by dpotri.
"""

import os

for name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"):
    os.environ[name] = "1"

import json
import statistics
import sys
import time

import numpy as np
from scipy.linalg import cho_solve, lapack


def likelihood(x, y, theta):
    n, d = x.shape
    w, s, v = np.exp(theta[:d]), np.exp(theta[d]), np.exp(theta[d + 1])
    scaled = x * np.sqrt(w)
    norms = (scaled**2).sum(1)
    square = np.maximum(5 * (norms[:, None] + norms[None] - 2 * scaled @ scaled.T), 0)
    root = np.sqrt(square)
    decay = s * np.exp(-root)
    k = decay * (1 + root + square / 3)
    slope = -5 / 6 * decay * (1 + root)
    k[np.diag_indices(n)] = s + v
    factor = np.linalg.cholesky(k)
    alpha = cho_solve((factor, True), y, check_finite=False)
    upper = np.triu(lapack.dpotri(factor.T, lower=0)[0])
    inverse = upper + np.triu(upper, 1).T
    value = -0.5 * y @ alpha - np.log(np.diag(factor)).sum() - 0.5 * n * np.log(2 * np.pi)
    weight = (np.outer(alpha, alpha) - inverse) * slope
    gradient = np.empty(d + 2)
    gradient[:d] = weight.sum(1) @ scaled**2 - np.einsum("ic,ic->c", scaled, weight @ scaled)
    trace = alpha @ alpha - np.trace(inverse)
    gradient[d] = 0.5 * (y @ alpha - n - v * trace)
    gradient[d + 1] = 0.5 * v * trace
    return value, gradient


problem = json.load(sys.stdin)
x = np.array(problem["x"]).reshape(problem["n"], problem["d"])
y, theta = np.array(problem["y"]), np.array(problem["theta"])
value, gradient = likelihood(x, y, theta)
times = []
for _ in range(problem["repetitions"]):
    start = time.perf_counter()
    likelihood(x, y, theta)
    times.append(1e3 * (time.perf_counter() - start))
print(json.dumps({"medianMs": statistics.median(times), "value": value, "gradient": list(gradient), "numpy": np.__version__}))
