"""Losses that explode where a training diverges, as they come from real ones. The least value of each is 0."""

import math

from .problem import category, exact, real, whole

VERSION = 1
FAMILY = "diverging"


def problems():
    return [
        exact("exploding_rate", FAMILY, VERSION, RATE, exploding_rate),
        exact("unstable_fit", FAMILY, VERSION, FIT, unstable_fit),
    ]


RATE = {
    "rate": real(1e-5, 10, "log"),
    "width": whole(8, 1024, "log"),
    "momentum": real(0, 0.99),
    "warmup": whole(0, 10),
}


def exploding_rate(params):
    """Steps that are too large let the loss explode, up to 10^8. 0 at width 200, momentum 0.8, warmup 5."""
    step = math.log10(params["rate"] / (1 - params["momentum"]))
    size = math.log2(params["width"] / 64)
    loss = (
        0.3 * (step + 1.5 + 0.1 * size) ** 2
        + 0.05 * math.log2(params["width"] / 200) ** 2
        + (params["momentum"] - 0.8) ** 2
        + 0.002 * (params["warmup"] - 5) ** 2
    )
    over = step + 0.5 + 0.2 * size - 0.05 * params["warmup"]
    return loss + (10 ** (8 * min(1, over / 1.5)) - 1 if over > 0 else 0)


FIT = {
    "degree": whole(1, 12),
    "ridge": real(1e-9, 1e3, "log"),
    "scaler": category(["none", "standard", "robust"]),
    "share": real(0.1, 1),
}
FIT_SCALERS = {"none": (0.1, 1.6), "standard": (0, 1), "robust": (0.02, 1.1)}


def unstable_fit(params):
    """1 - R² of a polynomial, which has no end where it is regularised too little. 0 at degree 6, ridge 0.01."""
    loss, growth = FIT_SCALERS[params["scaler"]]
    ridge = math.log10(params["ridge"])
    loss += 0.01 * (params["degree"] - 6) ** 2 + 0.03 * (ridge + 2) ** 2 + 0.5 * (params["share"] - 0.8) ** 2
    over = 0.8 * growth * params["degree"] - (ridge + 9) - 1
    return loss + (10 ** min(over, 12) - 1 if over > 0 else 0)
