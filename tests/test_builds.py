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
    made = builds({"deploy/web/Dockerfile": DOCKERFILE, server: ""}).standalone_image("deploy/web/Dockerfile")
    assert made and made.context == context


ALL = "FROM python:3.13\nWORKDIR /app\nCOPY . .\n"
PIP = ALL + "RUN pip install -r requirements.txt\n"
FILE = 'CMD ["python", "server.py"]\n'
MODULE = 'CMD ["python", "-m", "notes.server"]\n'
ROOT = ("requirements.txt", "server.py", "notes/__init__.py", "notes/server.py", "pyproject.toml")


@pytest.mark.parametrize(
    ("dockerfile", "files", "context"),
    [
        (PIP + FILE, ROOT, "."),
        (PIP + MODULE, ROOT, "."),
        (ALL + MODULE, ROOT, "."),
        (ALL + FILE, ROOT, "."),
        (PIP + "CMD uvicorn notes.server:app --port 8000\n", ROOT, "."),
        (PIP + 'CMD ["gunicorn", "-k", "uvicorn.workers.UvicornWorker", "notes.server:app"]\n', ROOT, "."),
        (PIP + 'ENTRYPOINT ["/app/docker/entrypoint.sh"]\n', (*ROOT, "docker/entrypoint.sh"), "."),
        (ALL + "RUN pip install .\nCMD notes\n", ROOT, "."),
        (ALL + "RUN uv sync --frozen\nCMD uv run notes\n", (*ROOT, "uv.lock"), "."),
        (ALL + "RUN npm ci\nCMD node build/index.js\n", ("package.json",), "."),
        (ALL + FILE, ("deploy/server.py",), "deploy"),
        # What lies beside it is what it is for, whatever else the root has.
        (PIP + FILE, (*ROOT, "deploy/docker/requirements.txt", "deploy/docker/server.py"), "deploy/docker"),
        (ALL + 'CMD ["uvicorn", "notes.server:app"]\n', ("deploy/docker/notes/server.py",), "deploy/docker"),
        (ALL + "RUN pip install mcp\nCMD python -m http.server\n", ROOT, "deploy/docker"),
        # One has what the other lacks, or what is started lies where neither has it.
        (PIP + FILE, ("requirements.txt", "deploy/docker/server.py"), None),
        (ALL + FILE, ("app/server.py",), None),
        # The project has it nowhere.
        (ALL + FILE, ("requirements.txt",), "deploy/docker"),
    ],
)
def test_a_dockerfile_alone_is_built_from_the_folder_that_has_what_its_commands_need(
    dockerfile: str, files: tuple[str, ...], context: str | None
) -> None:
    made = builds({"deploy/docker/Dockerfile": dockerfile, **dict.fromkeys(files, "")}).standalone_image(
        "deploy/docker/Dockerfile"
    )
    assert made and made.context == context


@pytest.mark.parametrize(
    ("path", "text", "context"),
    [
        ("Makefile", "image:\n\tdocker build -f web/Dockerfile .\n", "."),
        ("Makefile", "image:\n\tcd web\n\tdocker build -f web/Dockerfile .\n", "."),
        ("Makefile", "image:\n\tcd web && docker build -t n .\n", "web"),
        ("Makefile", "image:\n\tcd $(DIR) && docker build -f web/Dockerfile .\n", "web"),
        ("Makefile", "image:\n\tdocker build -f web/Dockerfile .\nother:\n\tdocker build web\n", "web"),
        ("web/Makefile", "image:\n\tdocker build -f Dockerfile ..\n", "."),
        ("build.sh", "docker build -f web/Dockerfile .\n", "web"),
        (".github/workflows/a.yml", "jobs:\n  a:\n    steps:\n      - run: docker build -f web/Dockerfile .\n", "."),
        (
            ".github/workflows/a.yml",
            "jobs:\n  a:\n    steps:\n      - run: docker build -f Dockerfile ..\n        working-directory: web\n",
            ".",
        ),
        (
            ".github/workflows/a.yml",
            "jobs:\n  a:\n    steps:\n      - uses: docker/build-push-action@v6\n"
            "        with: {file: web/Dockerfile}\n",
            ".",
        ),
        (
            ".github/workflows/a.yml",
            "jobs:\n  a:\n    steps:\n      - uses: docker/build-push-action@v6\n"
            "        with: {context: '{{defaultContext}}:web'}\n",
            "web",
        ),
        (
            ".github/workflows/a.yml",
            "jobs:\n  a:\n    steps:\n      - uses: actions/checkout@v5\n        with: {path: x}\n"
            "      - uses: docker/build-push-action@v6\n        with: {context: ., file: web/Dockerfile}\n",
            "web",
        ),
    ],
)
def test_the_folder_that_workflows_and_recipes_build_from(path: str, text: str, context: str) -> None:
    files = {"web/Dockerfile": DOCKERFILE, "web/server.py": "", path: text}
    made = builds(files).standalone_image("web/Dockerfile")
    assert made and made.context == context


def test_an_image_is_called_as_its_folder_or_as_its_project() -> None:
    files = {"notes_server/Dockerfile": DOCKERFILE, "notes_server/server.py": "", "b/Dockerfile": DOCKERFILE}
    made = builds({**files, "b/server.py": "", "b/pyproject.toml": '[project]\nname = "Tasks"\n'})
    assert {name: [image.dockerfile for image in images] for name, images in made.images_by_likely_name.items()} == {
        "notes-server": ["notes_server/Dockerfile"],
        "b": ["b/Dockerfile"],
        "tasks": ["b/Dockerfile"],
    }


STEP = (
    "jobs:\n  a:\n    steps:\n      - id: meta\n        uses: docker/metadata-action@v5\n"
    "        with: {images: reg.io/o/n}\n"
)


BASE = "docker build --target base -t o/n:1"
SPELLED = (
    ("scripts/build.sh", f'{BASE} "$(dirname "$0")/.."\n', "1"),
    ("scripts/build.sh", f"{BASE} $(dirname $0)/..\n", "1"),
    ("scripts/build.sh", f'{BASE} "$(cd "$(dirname "${{BASH_SOURCE[0]}}")/.." && pwd)"\n', "1"),
    ("scripts/build.sh", f'DIR="$( cd -- "$(dirname "$0")" >/dev/null 2>&1 && pwd -P )"\n{BASE} "$DIR/.."\n', "1"),
    (
        "scripts/build.sh",
        f'HERE=$(dirname "$(readlink -f "$0")")\nROOT=$HERE/..\n{BASE} -f $ROOT/Dockerfile $ROOT\n',
        "1",
    ),
    ("scripts/build.sh", f'{BASE} "${{0%/*}}/.."\n', "1"),
    ("scripts/build.sh", f'cd "$(dirname "$0")"\n{BASE} ..\n', "1"),
    ("scripts/build.sh", f'cd "$(dirname "$0")/.." || exit 1\n{BASE} .\n', "1"),
    ("scripts/build.sh", f'{BASE} "$(git rev-parse --show-toplevel)"\n', "1"),
    ("scripts/build.sh", f"cd `git rev-parse --show-toplevel`\n{BASE} .\n", "1"),
    ("scripts/build.sh", f"{BASE} $(pwd)\n", "1"),
    ("scripts/build.sh", f'{BASE} "$PWD"\n', "1"),
    ("scripts/build.sh", f"(cd web && npm run build)\n{BASE} .\n", "1"),
    ("scripts/build.ps1", f'{BASE} "$PSScriptRoot/.."\n', "1"),
    ("build.sh", "docker build --target base -t o/n:$(git rev-parse --short HEAD) .\n", "1"),
    ("build.sh", 'docker build --target base -t o/n:"$(git describe --tags | head -1)" .\n', "1"),
    ("build.sh", "docker build --target base -t o/n:`date +%F` .\n", "1"),
    ("build.sh", 'docker build --target base --tag "o/n:${GITHUB_SHA::7}" .\n', "1"),
    ("build.sh", 'docker build --target base --tag "o/n:${1:?no tag}" .\n', "1"),
    ("build.sh", "V=$(cat VERSION)\nI=o/n\ndocker build --target base -t $I:$V .\n", "1"),
    ("build.sh", 'docker build --label "a=b c" --target base -t o/n .  # builds it\n', "1"),
    ("build.sh", "docker build --target base -t n .\ndocker tag n o/n:$(git rev-parse HEAD)\n", "1"),
    ("build.sh", 'docker build --target base -t n .\nfor T in 1 2; do docker tag n "o/n:$T"; done\n', "1"),
    ("build.sh", "docker build --target base -t n:1 .\nT=$1\ndocker image tag n:$T m:$T\ndocker tag m:$T o/n\n", "1"),
    ("build.sh", "docker build --target base -t n .\ndocker buildx imagetools create -t o/n:1 n\n", "1"),
    ("build.sh", "for S in o/n o/m; do\n  docker build --target base -t $S:1 .\ndone\n", "1"),
    ("build.sh", "docker build --target base -t n:1 .\ndocker tag n:2 o/n\n", None),
    ("build.sh", "docker build --target base -t $IMAGE .\ndocker tag $OTHER o/n\n", None),
    ("build.sh", "docker pull m\ndocker build --target base -t n .\n# docker tag n o/n\ndocker tag m o/n\n", None),
    ("build.sh", "docker build --target base -t o/$(basename $PWD) .\n", None),
    ("build.sh", "for S in *; do docker build --target base -t o/$S $S; done\n", None),
    ("scripts/build.sh", f'cd "$(dirname "$0")"\n{BASE} .\n', None),
    ("scripts/build.sh", f'{BASE} "$(dirname "$0")"\n', None),
    ("scripts/build.sh", f'{BASE} "$(mktemp -d)"\n', None),
    ("Makefile", "V := $(shell git describe)\nimage:\n\tdocker build --target base -t o/n:$(V) $(CURDIR)\n", "1"),
    ("Makefile", "image:\n\tdocker build --target base -t o/n:$$(git describe) $$(pwd)\n", "1"),
    ("Makefile", "image:\n\tdocker build --target base -t o/n:$(shell date) .\n", "1"),
    (
        "web/Makefile",
        "R := $(dir $(abspath $(lastword $(MAKEFILE_LIST))))..\nimage:\n\tdocker build --target base -t o/n $(R)\n",
        "1",
    ),
    ("justfile", "tag := `git describe`\nimage:\n    docker build --target base -t o/n:{{tag}} .\n", "1"),
    ("justfile", 'image := "o/n"\nb:\n    docker build --target base -t {{ image }}:1 {{justfile_directory()}}\n', "1"),
    ("package.json", '{"scripts": {"b": "docker build --target base -t \\"o/n:$V\\" .", "c": "docker tag n m"}}', "1"),
    ("Taskfile.yml", "tasks:\n  b:\n    cmds:\n      - 'docker build --target base -t o/n:{{.TAG}} .'\n", "1"),
    (
        ".github/workflows/a.yml",
        "jobs:\n  a:\n    steps:\n      - run: |\n          docker build --target base --tag n .\n"
        "      - run: |\n          I=o/n\n          docker tag n $I:${{ github.sha }}\n",
        "1",
    ),
    (
        ".github/workflows/a.yml",
        "jobs:\n  a:\n    steps:\n      - run: |\n          I=o/n\n"
        "          docker build --target base -t $I:${{ github.sha }} -t $I:latest ${{ github.workspace }}\n",
        "1",
    ),
)


@pytest.mark.parametrize(
    ("path", "text", "name", "user"),
    [
        ("build.sh", "docker build -t reg.io/o/n:1 .\n", "reg.io/o/n", "2"),
        ("build.sh", "TAG=1\ndocker buildx build \\\n  --platform linux/amd64 \\\n  -t n:$TAG --push .\n", "n", "2"),
        (
            "build.sh",
            "IMAGE=reg.io/o/n\nIMAGE_TAG=${IMAGE}:1\npodman build --target=base -t ${IMAGE_TAG} .",
            "reg.io/o/n",
            "1",
        ),
        ("build.sh", "# docker build -t n .\n", "n", None),
        ("build.sh", "docker build -t $NAME .\n", "n", None),
        ("build.sh", "docker build -t n --target base .\ndocker build -t n .\n", "n", None),
        ("build.sh", "docker build -t n ../elsewhere\n", "n", None),
        ("Makefile", "NAME ?= o/n\nimage:\n\tdocker build -f Dockerfile -t $(NAME):$(TAG) .\n", "o/n", "2"),
        ("Makefile", "DOCKER ?= docker\nimage:\n\t$(DOCKER) build --target=base -t n .\n", "n", "1"),
        (
            "Makefile",
            "R = podman\nimage:\n\t${CONTAINER_RUNTIME} build \\\n\t  -f $(FILE) \\\n\t  --tag o/n:latest .\n",
            "o/n",
            "2",
        ),
        ("build.sh", '"$ENGINE" build --target base -t n .\n', "n", "1"),
        ("build.sh", "$GO build -t n .\n", "n", None),
        ("build.sh", "$DOCKER build -t n .\n$DOCKER build --target base -t n .\n", "n", None),
        ("build.sh", "docker build -f $FILE -t n ./web\n", "n", None),
        ("package.json", '{"scripts": {"image": "docker build --target base -t N:latest ."}}', "n", "1"),
        (
            "docker-bake.hcl",
            'variable "R" {\n  default = "reg.io"\n}\ntarget "a" {\n  tags = ["${R}/n:1"]\n}\n',
            "reg.io/n",
            "2",
        ),
        ("docker-bake.hcl", 'target "a" {\n  target = "base"\n  tags = ["n", "m:1"]\n}\n', "m", "1"),
        ("skaffold.yaml", "build:\n  artifacts:\n    - image: o/n\n      docker: {target: base}\n", "o/n", "1"),
        ("Tiltfile", "docker_build('o/n', '.', target='base')\n", "o/n", "1"),
        (".github/workflows/a.yml", f"{STEP}      - run: docker build -t n .\n", "n", "2"),
        (
            ".github/workflows/a.yml",
            f"{STEP}      - uses: docker/build-push-action@v6\n"
            "        with: {tags: '${{ steps.meta.outputs.tags }}'}\n",
            "reg.io/o/n",
            "2",
        ),
        (
            ".github/workflows/a.yml",
            f"env: {{I: o/n}}\n{STEP}      - uses: docker/build-push-action@v6\n"
            "        with: {context: ., target: base, tags: '${{ env.I }}:${{ github.sha }},x'}\n",
            "o/n",
            "1",
        ),
        *(
            (
                ".github/workflows/a.yml",
                f"{STEP}      - uses: docker/build-push-action@v6\n        with: {{tags: 'ghcr.io/{tag}:1'}}\n",
                "ghcr.io/Owner/notes",
                user,
            )
            for tag, user in {
                "${{ github.repository_owner }}/notes": "2",
                "${{ secrets.ACCOUNT }}/notes": "2",
                "${{ github.repository_owner }}/other": None,
                "${{ github.repository }}": None,
            }.items()
        ),
        (".github/workflows/a.yml", "jobs: [", "n", None),
        *((path, text, "o/n", user) for path, text, user in SPELLED),
    ],
)
def test_names_under_which_an_image_is_built(path: str, text: str, name: str, user: str | None) -> None:
    found = builds({"Dockerfile": DOCKERFILE, path: text}).image_named(name)
    assert (found[0].user.only if found else None) == user
    if found:
        assert found[1].span.source.path == path and found[1].span.text.strip()


def test_the_repository_in_a_name_is_the_project_where_it_is_called_so() -> None:
    tag = "ghcr.io/${{ github.repository }}"
    step = f"{STEP}      - uses: docker/build-push-action@v6\n        with: {{tags: '{tag}'}}\n"
    files = {"Dockerfile": DOCKERFILE, "pyproject.toml": '[project]\nname = "notes"\n', ".github/workflows/a.yml": step}
    made = builds(files)
    assert made.image_named("ghcr.io/owner/notes") and not made.image_named("ghcr.io/owner/other")


RUN = "jobs:\n  a:\n    steps:\n"
PUSH = "      - uses: docker/build-push-action@v6\n        with: {tags: 'ghcr.io/%s:1'}\n"
URL = '[project]\nname = "other"\n[project.urls]\nRepository = "https://github.com/acme/notes"\n'


@pytest.mark.parametrize(
    ("script", "tag"),
    [
        (
            """echo "NAME=$(echo "${GITHUB_REPOSITORY}" | tr '[:upper:]' '[:lower:]')" >> "$GITHUB_ENV\"""",
            "${{ env.NAME }}",
        ),
        ("echo NAME=${GITHUB_REPOSITORY,,} >> $GITHUB_ENV", "${{ env.NAME }}"),
        ('echo "name=$GITHUB_REPOSITORY" >> "$GITHUB_OUTPUT"', "${{ steps.n.outputs.name }}"),
        (
            '{\n            echo "x=1"\n            echo "name=$GITHUB_REPOSITORY"\n          } >> "$GITHUB_OUTPUT"',
            "${{ steps.n.outputs.name }}",
        ),
        ("true", "acme/${{ github.event.repository.name }}"),
    ],
)
def test_a_name_that_a_step_of_a_workflow_leaves(script: str, tag: str) -> None:
    step = f"{RUN}      - id: n\n        run: |\n          {script}\n{PUSH % tag}"
    files = {"Dockerfile": DOCKERFILE, "pyproject.toml": URL, ".github/workflows/a.yml": step}
    made = builds(files)
    assert made.image_named("ghcr.io/acme/notes:2") and not made.image_named("ghcr.io/acme/elsewhere")


def test_an_image_that_is_built_in_several_ways_is_told_by_its_tag() -> None:
    made = builds(
        {"Dockerfile": DOCKERFILE, "build.sh": "docker build -t n:dev --target base .\ndocker build -t n:1 .\n"}
    )
    found = {name: made.image_named(name) for name in ("n:dev", "n:1", "n:2")}
    assert {name: each and each[0].user.only for name, each in found.items()} == {"n:dev": "1", "n:1": "2", "n:2": None}
    assert len(made.builds_of_name("n:2")) == 2


MATRIX = """on: push
jobs:
  publish:
    runs-on: ubuntu-latest
    strategy:
      matrix: %s
    steps:
      - uses: docker/build-push-action@v6
        with:
          context: ${{ matrix.folder }}
          tags: ghcr.io/acme/${{ matrix.name }}:1
"""
SINGLE = "{name: [notes, web], platform: [amd64, arm64], include: [{name: notes, folder: a}, {name: web, folder: b}]}"


@pytest.mark.parametrize(
    ("matrix", "built"),
    [
        ("{include: [{name: notes, folder: a}, {name: web, folder: b}]}", "a/Dockerfile"),
        (SINGLE, "a/Dockerfile"),
        ("{image: [{name: notes, folder: a}, {name: web, folder: b}]}", "a/Dockerfile"),
        ("{name: [notes, web], folder: [a, b]}", None),
        ("{include: '${{ fromJSON(inputs.images) }}'}", None),
        ("{name: [notes], folder: [a], exclude: [{name: notes}]}", None),
    ],
    ids=["rows", "rows added to lists", "objects", "every pair", "from elsewhere", "without some"],
)
def test_a_name_that_the_matrix_of_a_job_gives(matrix: str, built: str | None) -> None:
    workflow = MATRIX % matrix
    if "image:" in matrix:
        workflow = workflow.replace("matrix.", "matrix.image.")
    files = {"a/Dockerfile": DOCKERFILE, "b/Dockerfile": DOCKERFILE, ".github/workflows/a.yml": workflow}
    found = builds(files).image_named("ghcr.io/acme/notes:1")
    assert (found and found[0].dockerfile) == built


@pytest.mark.parametrize(
    ("repository", "own"), [("other/project", False), ("${{ github.event.pull_request.head.repo.full_name }}", True)]
)
def test_a_job_that_checks_out_another_project_builds_nothing_of_this_one(repository: str, own: bool) -> None:
    step = "on: push\njobs:\n  b:\n    steps:\n      - uses: actions/checkout@v4\n        with: {repository: '%s'}\n"
    step += "      - run: docker build -t ghcr.io/acme/notes .\n"
    files = {"Dockerfile": DOCKERFILE, ".github/workflows/a.yml": step % repository}
    assert (builds(files).image_named("ghcr.io/acme/notes") is not None) == own


def test_an_image_may_be_one_whose_name_is_not_known() -> None:
    files = {"Dockerfile": DOCKERFILE, "build.sh": "docker build -t $NAME .\n"}
    assert builds({**files, "build.sh": "docker build -t n $1\n"}).is_unplaced("n")
    assert builds({**files, "build.sh": "docker build -t m .\ndocker tag $1 n\n"}).is_unplaced("n")
    assert builds(files).may_build("n") and not builds({**files, "build.sh": "docker build -t m .\n"}).may_build("n")


IN_FOLDER = "FROM python:3.13\nWORKDIR /app\nCOPY . .\nRUN pip install -r requirements.txt\nCMD {}\n"
BOTH = {name: "" for folder in ("", "docker/") for name in (f"{folder}requirements.txt", f"{folder}server.py")}


@pytest.mark.parametrize(
    ("command", "more", "rival"),
    [
        ('["python", "server.py"]', {}, "."),
        ('["python", "-m", "server"]', {}, "."),
        ('["uvicorn", "server:app"]', {}, "."),
        ('["python", "other.py"]', {"docker/other.py": ""}, None),
        ('["python", "other.py"]', {"other.py": ""}, None),
        ('["notes"]', {}, None),
        ('["python", "server.py"]', {"Makefile": "image:\n\tdocker build -f docker/Dockerfile docker\n"}, None),
    ],
)
def test_a_dockerfile_alone_that_two_folders_have_all_for(
    command: str, more: dict[str, str], rival: str | None
) -> None:
    found = builds(BOTH | more | {"docker/Dockerfile": IN_FOLDER.format(command)})
    made = found.standalone_image("docker/Dockerfile")
    assert made and found.other_context(made) == rival
