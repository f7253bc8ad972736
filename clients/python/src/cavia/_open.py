"""`cavia.study`: creates a study, or opens the one that is there."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from ._space import Space
from .errors import CaviaError

if TYPE_CHECKING:
    from datetime import datetime

    from ._study import Study


def study(
    name: str,
    *,
    space: Space | None = None,
    minimize: str | Iterable[str] | None = None,
    maximize: str | Iterable[str] | None = None,
    target: float | Mapping[str, float] | None = None,
    budget: int | Mapping[str, Any] | None = None,
    parallel: int | None = None,
    deadline: datetime | str | None = None,
    constraints: Sequence[str] | None = None,
    sampler: str | Mapping[str, Any] | None = None,
    pruner: str | Mapping[str, Any] | None = None,
    lease_seconds: int | None = None,
    attempts: int | None = None,
    allow_duplicates: bool | None = None,
    seed: int | None = None,
    labels: Mapping[str, str] | None = None,
    training: Mapping[str, Any] | None = None,
    url: str | None = None,
    key: str | None = None,
) -> Study:
    """Creates a study, or opens the one that has the same name and spec; with a name alone opens the one that is there.

    Results that an earlier program could not tell this service are told first.

    Args:
        space: ranges by name: `cavia.log(1e-4, 1e-1)`, ``"log(1e-4, 1e-1)"`` or a list of choices.
        minimize, maximize: the metric or metrics.
        target: the value of the objective that ends the study; by metric for several.
        budget: how many trials, over all workers together.
        parallel: how many of them at the same time.
        deadline: after which no trial is given out.
        constraints: such as ``"width * batchSize <= 65536"``.
        lease_seconds: how long a worker may be silent before its trial is given to another one.
        attempts: how often a trial that machines failed is tried.
        url, key: where the service is, and an API key; CAVIA_URL and CAVIA_KEY when left out.

    Raises:
        StudyExistsError: another study has the name; the message shows in what it differs.
    """
    from ._client import Client
    from ._spec import spec_of
    from ._study import Study
    from ._telling import replay

    described: dict[str, Any] = {
        "minimize": minimize,
        "maximize": maximize,
        "target": target,
        "budget": budget,
        "parallel": parallel,
        "deadline": deadline,
        "constraints": constraints,
        "sampler": sampler,
        "pruner": pruner,
        "lease_seconds": lease_seconds,
        "attempts": attempts,
        "allow_duplicates": allow_duplicates,
        "seed": seed,
        "labels": labels,
        "training": training,
    }
    given = [field for field, value in described.items() if value is not None]
    if space is None and given:
        raise CaviaError(f"{given[0]} describes a new study, which must have a space too: cavia.study(…, space={{…}}).")
    client = Client(url, key)
    document = client.study(name) if space is None else client.create_study(spec_of(name, space, **described))
    _require_study(document, client.url)
    replay(client)
    return Study(client, document)


def _require_study(document: dict[str, Any], url: str) -> None:
    if not {"id", "name", "objectives", "state"} <= document.keys():
        raise CaviaError(f"{url} does not answer as Cavia does: check the address (CAVIA_URL or url=…).")
