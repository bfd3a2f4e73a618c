"""What one configuration of Prometheus says: whom it asks for metrics."""

from __future__ import annotations

from typing import NamedTuple

from mcplint.facts.document import ScalarNode


class ScrapeJob(NamedTuple):
    """A job of `scrape_configs`: its name, the path that it asks for, and its targets, each `host:port`."""

    name: str
    path: str
    targets: tuple[ScalarNode, ...]


class ScrapeConfig(NamedTuple):
    """A configuration: its jobs with static targets; `closed`: whether it asks those as they stand and nobody else."""

    jobs: tuple[ScrapeJob, ...] = ()
    closed: bool = False
