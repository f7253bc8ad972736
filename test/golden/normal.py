"""Writes normal.json: the normal distribution and log expected improvement by mpmath with 400 bits. Needs: pip install mpmath numpy.

Arrays are base64 of little-endian doubles: the arguments, and the doubles nearest to the true values at exactly those arguments.
"""

import base64
import json
from pathlib import Path

import mpmath
import numpy as np

HERE = Path(__file__).resolve().parent
mpmath.mp.prec = 400
rng = np.random.Generator(np.random.PCG64(20240611))
mpf = mpmath.mpf


def signs(count):
    return rng.choice([-1.0, 1.0], count)


def nearest(true):
    """mpmath rounds to 53 bits first, which rounds subnormals twice."""
    if abs(true) < mpf(2) ** -1022:
        return float(int(mpmath.nint(true * mpf(2) ** 1074)) * 5e-324)
    return float(true)


def encode(values):
    assert np.isfinite(values).all()
    return base64.b64encode(np.asarray(values).astype("<f8").tobytes()).decode()


def golden(f, x):
    return {"x": encode(x), "y": encode([nearest(f(mpf(float(value)))) for value in x])}


def pdf(x):
    return mpmath.exp(-x * x / 2) / mpmath.sqrt(2 * mpmath.pi)


def upper(t):
    """Φ(-t). For large t by Laplace's continued fraction, because erfc wants more terms than it is worth."""
    if t < 1000:
        return mpmath.erfc(t / mpmath.sqrt(2)) / 2
    return pdf(t) * mills(t)


def mills(t):
    if t < 1000:
        return upper(t) / pdf(t)
    rest = mpf(0)
    for n in range(200, 0, -1):
        rest = n / (t + rest)
    return 1 / (t + rest)


def log_cdf(x):
    if x >= 0:
        return mpmath.log1p(-upper(x))
    return -x * x / 2 - mpmath.log(2 * mpmath.pi) / 2 + mpmath.log(mills(-x))


def erfcx(x):
    return mpmath.sqrt(2 / mpmath.pi) * mills(mpmath.sqrt(2) * x)


def quantile(p):
    """Newton on log Φ, from a double's guess; concave, so it converges, and it is checked."""
    if p > 0.5:
        return -quantile(1 - p)
    if p == 0.5:
        return mpf(0)
    x = -mpmath.sqrt(-2 * mpmath.log(2 * p))
    for _ in range(200):
        step = (log_cdf(x) - mpmath.log(p)) * mills(-x)
        x -= step
        if abs(step) < abs(x) * mpf(2) ** -200:
            return x
    raise AssertionError(p)


def log_improvement(mean, deviation, best):
    mean, deviation, best = (mpf(float(v)) for v in (mean, deviation, best))
    u = (best - mean) / deviation
    if u > -1000:
        with mpmath.workprec(800):  # φ + u Φ cancels
            h = pdf(u) + u * upper(-u)
            slope, density_ratio = upper(-u) / h, pdf(u) / h
            log_h = mpmath.log(h)
    else:
        with mpmath.workprec(2000):
            h_ratio = 1 + u * mills(-u)  # h/φ
            slope, density_ratio = mills(-u) / h_ratio, 1 / h_ratio
            log_h = -u * u / 2 - mpmath.log(2 * mpmath.pi) / 2 + mpmath.log(h_ratio)
    return log_h + mpmath.log(deviation), -slope / deviation, density_ratio / deviation


def improvement(arguments):
    values = [[nearest(v) for v in log_improvement(*a)] for a in arguments]
    return {"arguments": encode(np.ravel(arguments)), "values": encode(np.ravel(values))}


tiny = signs(60) * 2.0 ** rng.uniform(-300, 0, 60)
edges = np.sqrt(2) * 0.46875 * (1 + signs(40) * 2.0 ** rng.uniform(-52, -3, 40)) * signs(40)
far = signs(100) * 10 ** rng.uniform(0, 8, 100)
body = [rng.uniform(-6, 6, 200), tiny, edges, [0.0, 1.0, -1.0, 5e-324]]
cdf_points = np.sort(np.concatenate([*body, rng.uniform(-38.5, 9, 250), rng.uniform(-38.48, -37.5, 30)]))
log_points = np.sort(np.concatenate([*body, rng.uniform(-40, 38.4, 250), far[far < 30], [-1e8, -1e4]]))
pdf_points = np.sort(np.concatenate([*body, rng.uniform(-38.5, 38.5, 250)]))
log_pdf_points = np.sort(np.concatenate([*body, rng.uniform(-40, 40, 100), far, [1e8, -1e8, 1e100]]))
erfcx_points = np.sort(np.concatenate([
    rng.uniform(-26.6, 0, 150), rng.uniform(0, 5, 150), rng.uniform(5, 100, 60), 10 ** rng.uniform(0, 8, 100),
    tiny, edges / np.sqrt(2), 4 + signs(20) * 2.0 ** rng.uniform(-50, -2, 20), [1e8, 1e300],
]))
quantile_points = np.sort(np.concatenate([
    rng.uniform(0, 1, 200), 10 ** rng.uniform(-307, 0, 150), 10 ** rng.uniform(-20, 0, 100), 1 - 2.0 ** rng.uniform(-53, -1, 60),
    0.5 + signs(60) * 2.0 ** rng.uniform(-53, -2, 60), 0.5 + signs(20) * 0.425 * (1 + signs(20) * 2.0 ** rng.uniform(-52, -4, 20)),
    [5e-324, 1e-320, 2.0**-1022, 0.5, np.nextafter(1, 0), np.exp(-25.0)],
]))

u = np.concatenate([
    rng.uniform(-6, 6, 200), rng.uniform(-60, 60, 100), -(10 ** rng.uniform(0, 8, 120)), 10 ** rng.uniform(0, 8, 30), tiny,
    -1 + signs(20) * 2.0 ** rng.uniform(-50, -3, 20), -4 + signs(20) * 2.0 ** rng.uniform(-50, -3, 20), [-1e8, 1e8, -1e4, 0.0, 0.9],
])
standard = [(0.0, 1.0, value) for value in u]
shifted = []
for value in rng.permutation(u)[:300]:
    mean, deviation = rng.normal(), 10 ** rng.uniform(-8, 3)
    shifted.append((mean, deviation, mean + deviation * value))
certain = [(0.25, 5e-324, 1.25), (-1e308, 1.0, 1e308), (0.0, 1e-300, 1e-200), (-3.0, 0.01, 1e100)]

result = {
    "made": f"test/golden/normal.py, mpmath {mpmath.__version__}",
    "normalPdf": golden(pdf, pdf_points),
    "logNormalPdf": golden(lambda x: -x * x / 2 - mpmath.log(2 * mpmath.pi) / 2, log_pdf_points),
    "normalCdf": golden(lambda x: upper(-x), cdf_points),
    "logNormalCdf": golden(log_cdf, log_points),
    "erfcx": golden(erfcx, erfcx_points),
    "normalQuantile": golden(quantile, quantile_points),
    "logExpectedImprovement": improvement(standard + shifted + certain),
}
(HERE / "normal.json").write_text(json.dumps(result) + "\n")
