"""Client of the Cavia hyperparameter suggestion service: ask for the next configuration, tell how it went."""

from ._job import job, params, report, tell
from ._open import study
from ._space import boolean, choice, integer, log, ordinal, reverse_log, uniform
from ._study import Study
from ._trial import Trial
from ._version import __version__
from .errors import CaviaError, NoResultError, NothingToTryError, RefusedError, StrangeAnswerError, UnreachableError

__all__ = [
    "CaviaError",
    "NoResultError",
    "NothingToTryError",
    "RefusedError",
    "StrangeAnswerError",
    "Study",
    "Trial",
    "UnreachableError",
    "__version__",
    "boolean",
    "choice",
    "integer",
    "job",
    "log",
    "ordinal",
    "params",
    "report",
    "reverse_log",
    "study",
    "tell",
    "uniform",
]
