"""Test functions of 2 to 20 floats. Where the literature has the optimum in the middle of the space, or at the same
place in every coordinate, it is moved to a fixed place of its own, off the middle, and some are turned, so that no
method gains by where it starts. The least value of each is 0.
"""

import math
import zlib

import numpy as np

from .problem import Problem, exact, real

VERSION = 1
FAMILY = "functions"


def problems():
    return [
        function("branin", 2, branin, [(-5, 10), (0, 15)]),
        moved("camel", 2, camel, (-3, 3), [0.0898420, -0.7126564], turned=True),
        function("hartmann3", 3, hartmann3, [(0, 1)] * 3),
        moved("rastrigin3", 3, rastrigin, (-5.12, 5.12), [0] * 3),
        noisy(moved("noisy_levy4", 4, levy, (-10, 10), [1] * 4), 2.0),
        moved("ackley5", 5, ackley, (-15, 30), [0] * 5),
        moved("rosenbrock5", 5, rosenbrock, (-2, 2), [1] * 5),
        function("hartmann6", 6, hartmann6, [(0, 1)] * 6),
        noisy(moved("noisy_styblinski5", 5, styblinski, (-5, 5), [-2.9035340] * 5), 5.0),
        moved("styblinski8", 8, styblinski, (-5, 5), [-2.9035340] * 8),
        moved("zakharov8", 8, zakharov, (-5, 10), [0] * 8, turned=True),
        moved("levy10", 10, levy, (-10, 10), [1] * 10),
        moved("rosenbrock12", 12, rosenbrock, (-2, 2), [1] * 12),
        function("embedded15", 15, lambda x: styblinski([10 * x[3] - 5, 5 - 10 * x[11]]), [(0, 1)] * 15),
        moved("ellipsoid20", 20, ellipsoid, (-5, 5), [0] * 20),
        moved("ackley20", 20, ackley, (-15, 30), [0] * 20),
    ]


def function(name, d, value_of, limits):
    parameters = {f"x{i}": real(low, high) for i, (low, high) in enumerate(limits)}
    return exact(name, FAMILY, VERSION, parameters, lambda params: value_of([params[f"x{i}"] for i in range(d)]))


def moved(name, d, value_of, limits, optimum, turned=False):
    """@param optimum where `value_of` is least; it comes to lie 0.1 to 0.4 of the width from one end."""
    low, high = limits
    random = np.random.RandomState(zlib.crc32(name.encode()))
    near = 0.1 + 0.3 * random.rand(d)
    place = low + (high - low) * np.where(random.rand(d) < 0.5, near, 1 - near)
    turn = np.linalg.qr(random.randn(d, d))[0] if turned else np.eye(d)
    optimum = np.asarray(optimum, dtype=float)
    return function(name, d, lambda x: value_of((optimum + turn @ (np.asarray(x) - place)).tolist()), [limits] * d)


def noisy(problem, deviation):
    """With normal noise by seed and number, the same for every method."""

    def evaluate(params, seed, number):
        _, value = problem.evaluate(params, seed, number)
        return value + deviation * np.random.RandomState([seed, number]).randn(), value

    return Problem(problem.name, FAMILY, VERSION, problem.parameters, evaluate)


def branin(x):
    bowl = x[1] - 5.1 / (4 * math.pi**2) * x[0] ** 2 + 5 / math.pi * x[0] - 6
    return bowl * bowl + 10 * (1 - 1 / (8 * math.pi)) * math.cos(x[0]) + 10 - 0.397887357729738


def camel(x):
    a, b = x
    return (4 - 2.1 * a * a + a**4 / 3) * a * a + a * b + 4 * (b * b - 1) * b * b + 1.031628453489877


HEIGHTS = [1, 1.2, 3, 3.2]
SCALES_3 = [[3, 10, 30], [0.1, 10, 35], [3, 10, 30], [0.1, 10, 35]]
CENTRES_3 = [[0.3689, 0.117, 0.2673], [0.4699, 0.4387, 0.747], [0.1091, 0.8732, 0.5547], [0.03815, 0.5743, 0.8828]]
SCALES_6 = [
    [10, 3, 17, 3.5, 1.7, 8],
    [0.05, 10, 17, 0.1, 8, 14],
    [3, 3.5, 1.7, 10, 17, 8],
    [17, 8, 0.05, 10, 0.1, 14],
]
CENTRES_6 = [
    [0.1312, 0.1696, 0.5569, 0.0124, 0.8283, 0.5886],
    [0.2329, 0.4135, 0.8307, 0.3736, 0.1004, 0.9991],
    [0.2348, 0.1451, 0.3522, 0.2883, 0.3047, 0.665],
    [0.4047, 0.8828, 0.8732, 0.5743, 0.1091, 0.0381],
]


def hartmann3(x):
    return 3.862782147820755 - hills(x, SCALES_3, CENTRES_3)


def hartmann6(x):
    return 3.322368011415515 - hills(x, SCALES_6, CENTRES_6)


def hills(x, all_scales, all_centres):
    return sum(
        height * math.exp(-sum(s * (xi - c) ** 2 for xi, s, c in zip(x, scales, centres)))
        for height, scales, centres in zip(HEIGHTS, all_scales, all_centres)
    )


def rastrigin(x):
    return sum(xi * xi - 10 * math.cos(2 * math.pi * xi) + 10 for xi in x)


def rosenbrock(x):
    return sum(100 * (b - a * a) ** 2 + (1 - a) ** 2 for a, b in zip(x, x[1:]))


def ackley(x):
    mean_square = sum(xi * xi for xi in x) / len(x)
    mean_cosine = sum(math.cos(2 * math.pi * xi) for xi in x) / len(x)
    return -20 * math.exp(-0.2 * math.sqrt(mean_square)) - math.exp(mean_cosine) + 20 + math.e


def levy(x):
    w = [1 + (xi - 1) / 4 for xi in x]
    middle = sum((wi - 1) ** 2 * (1 + 10 * math.sin(math.pi * wi + 1) ** 2) for wi in w[:-1])
    return math.sin(math.pi * w[0]) ** 2 + middle + (w[-1] - 1) ** 2 * (1 + math.sin(2 * math.pi * w[-1]) ** 2)


def styblinski(x):
    return sum(xi**4 - 16 * xi * xi + 5 * xi for xi in x) / 2 + 39.16616570377142 * len(x)


def zakharov(x):
    """Its log, since the fourth power of the slope puts the median at millions."""
    slope = sum(0.5 * (i + 1) * xi for i, xi in enumerate(x))
    return math.log1p(sum(xi * xi for xi in x) + slope**2 + slope**4)


def ellipsoid(x):
    """The last coordinate counts a hundred times as much as the first."""
    return sum(100 ** (i / (len(x) - 1)) * xi * xi for i, xi in enumerate(x))
