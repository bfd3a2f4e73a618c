"""Prometheus: https://prometheus.io/docs/prometheus/latest/configuration/configuration/#scrape_config."""

from __future__ import annotations

from collections.abc import Iterator

from mcplint.facts.document import MappingNode, Node, ScalarNode, SequenceNode, at, items, pairs, scalar
from mcplint.facts.prometheus import ScrapeConfig, ScrapeJob
from mcplint.readers import yaml
from mcplint.text.source import Source

PATH = "/metrics"
CLOSED = frozenset({"global", "scrape_configs", "rule_files", "alerting", "storage", "tsdb", "tracing"})
"""The keys of a configuration by which it asks nobody but its jobs, and stores what they say with itself."""
PLAIN = frozenset(
    ("job_name", "scrape_interval", "scrape_timeout", "metrics_path", "scheme", "honor_labels", "static_configs")
)
"""The keys of a job that do not have it ask anybody but its static targets."""


def read(source: Source) -> ScrapeConfig:
    """The jobs of a configuration that have static targets; raises Unreadable."""
    root = yaml.document(source)
    return ScrapeConfig(tuple(_jobs(root)), "${" not in source.text and _is_complete(root))


def _is_complete(root: Node | None) -> bool:
    """Whether all that is asked are targets that stand there."""
    if not isinstance(root, MappingNode) or not {key.text for key, _ in root.pairs} <= CLOSED:
        return False
    jobs = root.get("scrape_configs")
    configs = [at(job, "static_configs") for job in items(jobs)]
    lists = [at(one, "targets") for each in configs for one in items(each)]
    return (
        isinstance(jobs, SequenceNode)
        and all({key.text for key, _ in pairs(job)} <= PLAIN for job in jobs.items)
        and all(isinstance(each, SequenceNode) for each in (*configs, *lists))
        and all(isinstance(target, ScalarNode) for each in lists for target in items(each))
    )


def _jobs(root: MappingNode | object) -> Iterator[ScrapeJob]:
    for job in items(at(root, "scrape_configs") if isinstance(root, MappingNode) else None):
        configs = items(at(job, "static_configs"))
        targets = tuple(each for one in configs for each in items(at(one, "targets")) if isinstance(each, ScalarNode))
        if targets:
            yield ScrapeJob(scalar(at(job, "job_name")), scalar(at(job, "metrics_path")) or PATH, targets)
