"""From the files of hosting platforms to what they run."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

from mcplint.facts.platform import App, Kustomization, Manifests, Procfile
from mcplint.project.tree import Tree
from mcplint.services.kubernetes import knative, pods
from mcplint.services.kubernetes.cluster import PODS, cluster
from mcplint.services.kubernetes.ingress import Entry
from mcplint.services.kubernetes.traffic import traffic
from mcplint.services.platforms import fly, procfile, railway, render
from mcplint.services.service import Service
from mcplint.values import Label

APPS = {"fly": fly.fly, "render": render.render, "railway": railway.railway}


class Platforms(NamedTuple):
    """What the platforms of a project run, the paths of their Ingresses, and notes on what is not followed."""

    services: tuple[Service, ...] = ()
    entries: tuple[Entry, ...] = ()
    notes: tuple[Label, ...] = ()


def platforms(
    tree: Tree,
    manifests: Iterable[Manifests] = (),
    kustomizations: Iterable[Kustomization] = (),
    configurations: Iterable[App] = (),
    procfiles: Iterable[Procfile] = (),
) -> Platforms:
    """Everything that the files of platforms say is run: first in Kubernetes, then elsewhere."""
    objects = cluster(manifests, kustomizations)
    ways = traffic(objects)
    found = [service for one in objects.of(*sorted(PODS)) for service in pods.services(one, ways)]
    for one in objects.of("Service"):
        run = knative.service(one, objects) if one.api == knative.API else None
        found += [run] if run else []
    for app in configurations:
        found += APPS[app.platform](app, tree)
    for file in procfiles:
        found += procfile.procfile(file)
    entries = tuple(entry for into in ways.entries.values() for entry in into)
    return Platforms(tuple(found), entries, objects.notes)
