"""Yeo-Johnson by scipy: lambda by maximum likelihood and the transformed values, for test/engine/gp/values.test.ts.

    python3 test/golden/values.py > test/golden/values.json
"""
import json
import numpy as np
from scipy import stats

rng = np.random.default_rng(20260106)
samples = {
    "normal": rng.normal(size=40),
    "lognormal": rng.lognormal(0, 1, size=60),
    "lossesWithTail": np.concatenate([rng.gamma(2, 0.1, size=30), [5.0, 9.0, 14.0]]),
    "leftTail": -rng.gamma(1.5, 2, size=50),
    "accuracy": 1 - rng.beta(2, 8, size=25),
}
cases = []
for name, values in samples.items():
    z = (values - values.mean()) / values.std()
    transformed, lmbda = stats.yeojohnson(z)
    cases.append({
        "name": name,
        "values": values.tolist(),
        "lambda": float(lmbda),
        "y": ((transformed - transformed.mean()) / transformed.std()).tolist(),
    })
print(json.dumps({"scipy": __import__("scipy").__version__, "cases": cases}))
