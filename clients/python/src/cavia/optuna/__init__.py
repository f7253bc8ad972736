"""The sampler for Optuna: ``optuna.create_study(sampler=cavia.optuna.CaviaSampler(url))``."""

from ._sampler import CaviaSampler

__all__ = ["CaviaSampler"]
