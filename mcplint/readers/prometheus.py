"""Prometheus: https://prometheus.io/docs/prometheus/latest/configuration/configuration/#scrape_config."""

from __future__ import annotations

from collections.abc import Iterator

from mcplint.facts.document import MappingNode, ScalarNode, at, items, scalar
from mcplint.facts.prometheus import ScrapeJob
from mcplint.readers import yaml
from mcplint.text.source import Source

PATH = "/metrics"


def read(source: Source) -> tuple[ScrapeJob, ...]:
    """The jobs of a configuration that have static targets; raises Unreadable."""
    return tuple(_jobs(yaml.document(source)))


def _jobs(root: MappingNode | object) -> Iterator[ScrapeJob]:
    for job in items(at(root, "scrape_configs") if isinstance(root, MappingNode) else None):
        configs = items(at(job, "static_configs"))
        targets = tuple(each for one in configs for each in items(at(one, "targets")) if isinstance(each, ScalarNode))
        if targets:
            yield ScrapeJob(scalar(at(job, "job_name")), scalar(at(job, "metrics_path")) or PATH, targets)
