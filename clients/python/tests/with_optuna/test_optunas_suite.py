"""Optuna's own suite for samplers, on the real service. What does not hold is in this file, with its reason."""

from __future__ import annotations

from typing import Callable

import pytest
from optuna.samplers import BaseSampler
from optuna.testing.pytest_samplers import (
    BasicSamplerTestCase,
    MultiObjectiveSamplerTestCase,
    RelativeSamplerTestCase,
    SingleOnlySamplerTestCase,
)
from servers import Server

from cavia.optuna import CaviaSampler


class TestCaviaSampler(BasicSamplerTestCase, RelativeSamplerTestCase, MultiObjectiveSamplerTestCase):
    @pytest.fixture
    def sampler(self, server: Server) -> Callable[[], BaseSampler]:
        return lambda: CaviaSampler(server.url, seed=1)


@pytest.mark.xfail(strict=True, reason="It is for samplers that refuse several objectives; this one takes up to four.")
class TestSingleOnly(SingleOnlySamplerTestCase):
    @pytest.fixture
    def sampler(self, server: Server) -> Callable[[], BaseSampler]:
        return lambda: CaviaSampler(server.url, seed=1)
