"""What the files of hosting platforms say is run, and how requests reach it there."""

from __future__ import annotations

from collections.abc import Iterable
from functools import cache, partial
from itertools import islice
from typing import NamedTuple

from mcplint.facts.platform import App, Kustomization, Manifests, Procfile, Unit
from mcplint.findings import WARNING, Unreadable
from mcplint.model import Container, Mistyped, UnmatchedSelector
from mcplint.model.containers import MOST_CONTAINERS
from mcplint.project.tree import Tree
from mcplint.services.kubernetes import knative, pods
from mcplint.services.kubernetes.cluster import PODS, cluster
from mcplint.services.kubernetes.ingress import IngressPath
from mcplint.services.kubernetes.selectors import unselected
from mcplint.services.kubernetes.traffic import traffic
from mcplint.services.kubernetes.types import mistyped_values
from mcplint.services.platforms.cloud_build import cloud_build
from mcplint.services.platforms.deploy_scripts import deploy_scripts
from mcplint.services.platforms.fly import fly
from mcplint.services.platforms.procfile import procfile
from mcplint.services.platforms.railway import railway
from mcplint.services.platforms.render import render
from mcplint.services.platforms.systemd import may_notify, unit
from mcplint.values import Label

APPS = {"fly": fly, "render": render, "railway": railway, "cloudbuild": cloud_build}


class Platforms(NamedTuple):
    """What the platforms of a project run, the paths of their Ingresses, and notes on what is not followed.

    `unselected`: selectors that meet no pod, `mistyped`: values of wrong types.
    """

    services: tuple[Container, ...] = ()
    entries: tuple[IngressPath, ...] = ()
    notes: tuple[Label, ...] = ()
    unselected: tuple[UnmatchedSelector, ...] = ()
    mistyped: tuple[Mistyped, ...] = ()


def platforms(
    tree: Tree,
    manifests: Iterable[Manifests] = (),
    kustomizations: Iterable[Kustomization] = (),
    configurations: Iterable[App] = (),
    procfiles: Iterable[Procfile] = (),
    units: Iterable[Unit] = (),
    scripts: tuple[str, ...] = (),
    machine: tuple[Container, ...] = (),
) -> Platforms:
    """Everything that the files of platforms say is run: first in Kubernetes, then elsewhere."""
    objects = cluster(manifests, kustomizations)
    for note in objects.crowded:
        tree.problems.setdefault(note.span.source.path, Unreadable(note.span, note.text, WARNING))
    ways = traffic(objects)
    found = [service for one in objects.of(*sorted(PODS)) for service in pods.services(one, ways)]
    for one in objects.of("Service"):
        run = knative.service(one, objects) if one.api == knative.API else None
        found += [run] if run else []
    for app in configurations:
        found += islice(APPS[app.platform](app, tree), MOST_CONTAINERS + 1)
    for file in procfiles:
        found += islice(procfile(file, tree), MOST_CONTAINERS + 1)
    found += deploy_scripts(tree, scripts)
    notifies = cache(partial(may_notify, tree))
    found += filter(None, (unit(file, tree, notifies) for file in units))
    found += machine
    entries = tuple(entry for into in ways.entries.values() for entry in into)
    return Platforms(tuple(found), entries, objects.notes, tuple(unselected(objects)), tuple(mistyped_values(objects)))
