"""Writes elementary.json: exp and log at points where they are hard, by mpmath with 160 bits. Needs: pip install mpmath numpy.

Arrays are base64 of little-endian doubles: x, and y = the double nearest to f(x). rest is base64 of int8: (f(x) - y) in units of ulp(y)/254,
so that an error can be told to 1/500 ulp.
"""

import base64
import json
from pathlib import Path

import mpmath
import numpy as np

HERE = Path(__file__).resolve().parent
mpmath.mp.prec = 160
rng = np.random.Generator(np.random.PCG64(20240607))
LN2 = float(mpmath.log(2))


def signs(count):
    return rng.choice([-1.0, 1.0], count)


def nearest(true):
    """mpmath rounds to 53 bits first, which rounds subnormals twice."""
    if abs(true) < mpmath.mpf(2) ** -1022:
        return float(int(mpmath.nint(true * mpmath.mpf(2) ** 1074)) * 5e-324)
    return float(true)


def golden(f, x):
    y, rest = [], []
    for value in x:
        true = f(mpmath.mpf(float(value)))
        near = nearest(true)
        y.append(near)
        rest.append(round(float((true - mpmath.mpf(near)) / mpmath.mpf(float(np.spacing(abs(near))))) * 254))
    assert np.isfinite(y).all() and max(map(abs, rest)) <= 127
    encode = lambda a, kind: base64.b64encode(np.asarray(a).astype(kind).tobytes()).decode()
    return {"x": encode(x, "<f8"), "y": encode(y, "<f8"), "rest": encode(rest, "i1")}


exp_points = np.concatenate(
    [
        rng.uniform(-745.13, 709.78, 600),
        rng.uniform(-40, 2, 700),
        rng.uniform(-745.13, -708.3, 300),  # subnormal results
        signs(300) * 2.0 ** rng.uniform(-60, 0, 300),
        (rng.integers(-1000, 1000, 140) + 0.5) * LN2 * (1 + signs(140) * 2.0**-50),  # where the reduction changes over
        [709.782712893384, -745.1332191019411, -708.3964185322641, 1.0, -1.0, 0.5, 5e-324, -5e-324],
    ]
)
log_points = np.concatenate(
    [
        rng.integers(1, 0x7FEFFFFFFFFFFFFF, 600, dtype=np.uint64).view(np.float64),  # any exponent
        rng.uniform(0.4, 2.5, 700),
        1 + signs(300) * 2.0 ** rng.uniform(-52, -2, 300),
        rng.integers(1, 2**52, 300, dtype=np.uint64).view(np.float64),  # subnormal
        np.sqrt(0.5) * 2.0 ** rng.integers(-1000, 1000, 140) * (1 + signs(140) * 2.0**-50),  # where k changes over
        [5e-324, 2.0**-1022, np.nextafter(2.0**-1022, 0), np.finfo(float).max, 2.0, 0.5, 10.0, np.nextafter(1, 0), np.nextafter(1, 2)],
    ]
)
log_points = log_points[log_points != 1]
result = {
    "made": f"test/golden/elementary.py, mpmath {mpmath.__version__}",
    "exp": golden(mpmath.exp, exp_points),
    "log": golden(mpmath.log, log_points),
}
(HERE / "elementary.json").write_text(json.dumps(result) + "\n")
