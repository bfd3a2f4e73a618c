"""What a project's files run: the containers of Dockerfiles and compose, and what other platforms run."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mcplint.model import Container
from mcplint.project.tree import Paths, Tree
from mcplint.services.containers import ContainerContext, running

if TYPE_CHECKING:
    from mcplint.services.platforms.load import Platforms

STARTERS = ("dockerfile", "compose", "script")
"""The kinds of files that may start supervisord in a container."""


def contexts(tree: Tree, paths: Paths, workloads: tuple[Container, ...]) -> tuple[ContainerContext, ...]:
    """The containers of a project, each with its image; `workloads`: those of platforms other than compose."""
    dockerfiles = tree.all_facts("dockerfile", paths.get("dockerfile", ()))
    from mcplint.services.platforms.aws_lambda import function_images

    functions = tuple(function_images(tree, paths)) if dockerfiles else ()
    if "compose" not in paths:
        return tuple(running(tree, dockerfiles, (), workloads, functions))
    from mcplint.services.compose.project import projects
    from mcplint.services.siblings import with_siblings, with_unknowns

    compose = tree.all_facts("compose", paths["compose"])
    unread = tree.unread("compose", paths["compose"])
    found = running(tree, dockerfiles, projects(compose.values(), tree), workloads, functions)
    return with_siblings(tuple(with_unknowns(context, unread) for context in found), tree)


def platforms(tree: Tree, paths: Paths) -> Platforms | None:
    """What platforms other than compose run, None where there is no file of any."""
    manifests, *others = (
        tuple(tree.all_facts(reader, paths.get(reader.rpartition(".")[2], ())).values())
        for reader in (
            *("kubernetes", "kubernetes.kustomization", "platform.fly", "platform.render", "platform.railway"),
            "platform.cloudbuild",
            "platform.procfile",
            "platform.unit",
        )
    )
    if any(path.endswith("Chart.yaml") for path in paths.get("kubernetes", ())):
        from mcplint.services.kubernetes.helm import manifests as of_charts

        manifests = (*manifests, *of_charts(tree))
    scripts = tuple(path for path in (*paths.get("script", ()), *tree.workflows) if _may_deploy(tree, path))
    kustomizations, *applications, procfiles, units = others
    if not units and "script" in paths:
        from mcplint.services.written_units import written_units

        units = tuple(written_units(tree, tuple(paths["script"])))
    machine: tuple[Container, ...] = ()
    if any("supervisor" in path for path in tree.paths):
        from mcplint.services.platforms.supervisord import supervised

        machine = tuple(supervised(tree, (path for name in STARTERS for path in paths.get(name, ()))))
    if not manifests and not any(others) and not units and not scripts and not machine:
        return None
    from mcplint.services.platforms.load import platforms as loaded

    configurations = [each for kind in applications for each in kind]
    return loaded(tree, manifests, kustomizations, configurations, procfiles, units, scripts, machine)


def _may_deploy(tree: Tree, path: str) -> bool:
    """Whether a script or a workflow may deploy something to Cloud Run."""
    source = tree.source(path)
    return source is not None and ("run deploy" in source.text or "/deploy-cloudrun@" in source.text)
