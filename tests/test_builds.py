"""Which image a service builds, which a Dockerfile makes alone, and what that is called."""

from __future__ import annotations

import pytest

from mcplint.images.image import Image
from mcplint.project.tree import Tree
from mcplint.services.built_images import Builds
from mcplint.services.compose.project import projects

DOCKERFILE = "FROM python:3.13 AS base\nUSER 1\nFROM base AS web\nUSER 2\nCOPY server.py .\n"


def builds(files: dict[str, str]) -> Builds:
    tree = Tree.of(files)
    return Builds(tree, tree.all_facts("dockerfile", sorted(path for path in files if path.endswith("Dockerfile"))))


def built(services: str, **more: str) -> list[Image | None]:
    """What the services of a project build."""
    files = {"Dockerfile": DOCKERFILE, "compose.yaml": f"services:\n{services}", **more}
    made = builds(files)
    read = made.tree.all_facts("compose", ["compose.yaml"])
    return [made.of(service) for project in projects(read.values(), made.tree) for service in project.services]


@pytest.mark.parametrize(
    ("build", "user"),
    [
        (".", "2"),
        ("{context: ., target: base}", "1"),
        ("{context: ., target: '${STAGE:-base}'}", "1"),
        ("{context: ., target: '${STAGE}'}", None),
        ("{context: ., target: nowhere}", None),
        ("{context: ., dockerfile: elsewhere}", None),
    ],
)
def test_the_stage_that_is_built(build: str, user: str | None) -> None:
    (made,) = built(f"  a: {{build: {build}}}\n")
    assert (made.user.only if made else None) == user


def test_what_is_built_alike_is_built_once() -> None:
    one, other, third = built("  a: {build: .}\n  b: {build: .}\n  c: {build: {context: ., args: {A: b}}}\n")
    assert one is other and one is not third


@pytest.mark.parametrize(
    ("server", "context"), [("server.py", "."), ("deploy/server.py", "deploy"), ("deploy/web/server.py", "deploy/web")]
)
def test_a_dockerfile_alone_is_built_from_the_nearest_folder_that_has_what_it_copies(server: str, context: str) -> None:
    made = builds({"deploy/web/Dockerfile": DOCKERFILE, server: ""}).alone("deploy/web/Dockerfile")
    assert made and made.context == context


def test_an_image_is_called_as_its_folder_or_as_its_project() -> None:
    files = {"notes_server/Dockerfile": DOCKERFILE, "notes_server/server.py": "", "b/Dockerfile": DOCKERFILE}
    made = builds({**files, "b/server.py": "", "b/pyproject.toml": '[project]\nname = "Tasks"\n'})
    assert {name: [image.dockerfile for image in images] for name, images in made.called.items()} == {
        "notes-server": ["notes_server/Dockerfile"],
        "b": ["b/Dockerfile"],
        "tasks": ["b/Dockerfile"],
    }
