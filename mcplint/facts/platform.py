"""What the files of hosting platforms say by themselves: Kubernetes manifests, app configurations, Procfiles."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from mcplint.facts.document import MappingNode, ScalarNode
from mcplint.text.source import Source, Span


class Resource(NamedTuple):
    """One Kubernetes object; `api` is its group without the version (`apps`, empty for the core)."""

    api: str
    kind: str
    name: ScalarNode
    namespace: str
    node: MappingNode

    @property
    def span(self) -> Span:
        return self.name.span


class Manifests(NamedTuple):
    """The objects of one file in order."""

    source: Source
    resources: tuple[Resource, ...]


class Kustomization(NamedTuple):
    """A `kustomization.yaml`: what it takes (`resources`, as written) and what it changes or generates itself.

    `plain`: it changes nothing but namespaces, labels, annotations and tags of images. `patches`: paths of files that
    are no objects. `labels`: those that it gives to pods. `stores`: the ConfigMaps that it makes of pairs alone, and
    `made`: the names of all that it makes.
    """

    source: Source
    resources: tuple[str, ...]
    patches: tuple[str, ...]
    plain: bool
    labels: Mapping[str, str] = {}
    stores: tuple[Resource, ...] = ()
    made: tuple[str, ...] = ()


class App(NamedTuple):
    """The configuration of an app on a platform (`fly`, `render`, `railway`, `cloudbuild`, `heroku`, `lambda`)."""

    platform: str
    source: Source
    root: MappingNode


class Process(NamedTuple):
    """One line of a Procfile: a kind of process and the shell command that runs it."""

    name: str
    key: Span
    command: Span


class Procfile(NamedTuple):
    """A Procfile."""

    source: Source
    processes: tuple[Process, ...]


class Unit(NamedTuple):
    """A service unit of systemd: the settings of its [Service] section in order, each with the span of its value."""

    name: str
    source: Source
    settings: tuple[tuple[str, Span], ...]

    def last(self, key: str) -> Span | None:
        """The value of a setting that counts once: the last one."""
        return next((span for name, span in reversed(self.settings) if name == key), None)

    def values_of(self, key: str) -> tuple[Span, ...]:
        """The values of a setting that may stand several times; an empty one resets those before it."""
        spans: tuple[Span, ...] = ()
        for name, span in self.settings:
            if name == key:
                spans = (*spans, span) if span.text else ()
        return spans
