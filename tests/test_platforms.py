"""The files of hosting platforms become what those platforms would run."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from mcplint.findings import NOTE, Unreadable
from mcplint.model import Argv, Container, Port
from mcplint.project.tree import Tree
from mcplint.readers import kubernetes, platform
from mcplint.services.kubernetes.cluster import MOST_SERVICES
from mcplint.services.platforms.load import Platforms, platforms
from mcplint.text.source import Source, Span
from mcplint.values import Value

Files = dict[str, str]


def read(files: Files) -> Platforms:
    tree = Tree.of(files)
    sources = [Source(path, text) for path, text in files.items()]
    named = {source: source.path.rpartition("/")[2] for source in sources}
    yamls = [
        one
        for one, name in named.items()
        if name.endswith(".yaml") and name not in ("kustomization.yaml", "render.yaml", "cloudbuild.yaml")
    ]
    apps = [
        *(platform.fly(one) for one, name in named.items() if name == "fly.toml"),
        *(platform.render(one) for one, name in named.items() if name == "render.yaml"),
        *(platform.cloudbuild(one) for one, name in named.items() if name == "cloudbuild.yaml"),
        *(platform.railway(one) for one, name in named.items() if name.startswith("railway.")),
    ]
    return platforms(
        tree,
        filter(None, map(kubernetes.read, yamls)),
        filter(None, (kubernetes.kustomization(one) for one, name in named.items() if name == "kustomization.yaml")),
        filter(None, apps),
        [platform.procfile(one) for one, name in named.items() if name == "Procfile"],
    )


def shown(value: Any) -> Any:
    """A value as its one option, `?` where it may be anything; ports as `outer:inner/protocol`."""
    match value:
        case Value(options=None):
            return "?"
        case Value(options=(option,)):
            return option
        case Value():
            return set(value.options or ())
        case Argv():
            return None if value.words is None else [shown(word) for word in value.words]
        case Port():
            published = "" if value.published is None else f"{shown(value.published)}:"
            return f"{published}{shown(value.target)}/{value.protocol}"
        case dict():
            return {key: shown(item) for key, item in value.items()}
        case tuple() if not hasattr(value, "_fields"):
            return [shown(item) for item in value]
    return value


def deployment(container: str = "", spec: str = "", pod: str = "", kind: str = "Deployment") -> str:
    """A Deployment `a` of one container with the given lines of YAML."""
    container = container if "image:" in container else f"image: main\n{container}"
    return (
        f"apiVersion: apps/v1\nkind: {kind}\nmetadata: {{name: a}}\nspec:\n{indented(spec, 2)}  selector: {{}}\n"
        f"  template:\n    metadata: {{labels: {{app: a, tier: web}}}}\n    spec:\n{indented(pod, 6)}"
        f"      containers:\n        - name: main\n{indented(container, 10)}"
    )


def indented(lines: str, depth: int) -> str:
    return "".join(f"{' ' * depth}{line}\n" for line in lines.splitlines())


def one(container: str = "", spec: str = "", pod: str = "", *others: str, kind: str = "Deployment") -> Container:
    (service,) = read({"k8s.yaml": "---\n".join((deployment(container, spec, pod, kind), *others))}).services
    return service


SERVICE = (
    "apiVersion: v1\nkind: Service\nmetadata: {name: svc}\nspec:\n"
    "  selector: {app: a}\n  ports: [{port: 80, targetPort: http}]\n"
)
INGRESS = (
    "apiVersion: networking.k8s.io/v1\nkind: Ingress\nmetadata:\n  name: in\n  annotations:\n    x: y\n@"
    "spec:\n  ingressClassName: nginx\n  rules:\n    - host: mcp.example.com\n      http:\n        paths:\n"
    "          - {path: /mcp, pathType: Prefix, backend: {service: {name: svc, port: {number: 80}}}}\n"
)


def ingress(*annotations: str) -> str:
    return INGRESS.replace("@", "".join(f"    nginx.ingress.kubernetes.io/{line}\n" for line in annotations))


@pytest.mark.parametrize(
    ("container", "field", "value"),
    [
        ("image: x:1", "image", "x:1"),
        ("image: ${IMAGE}", "image", "?"),
        ("image: '{{ image }}'", "image", "?"),
        ("command: [python, s.py]\nargs: ['--http']", "entrypoint", ["python", "s.py"]),
        ("command: [python, s.py]\nargs: ['--http']", "arguments", ["--http"]),
        ("", "arguments", None),
        ("args: [sh, '-c', 'exec x ${PORT}']", "arguments", ["sh", "-c", "exec x ${PORT}"]),
        ("args: ['${ARGS}']", "arguments", ["?"]),
        (
            "env: [{name: P, value: '80'}]\nargs: ['--port=$(P)', '$(Q)', '$$(P)']",
            "arguments",
            ["--port=80", "$(Q)", "$(P)"],
        ),
        ("workingDir: /app", "workdir", "/app"),
        ("ports: [{containerPort: 8000}, {containerPort: 53, protocol: UDP}]", "expose", ["8000/tcp", "53/udp"]),
        ("securityContext: {runAsUser: 1000}", "user", "1000"),
        ("securityContext: {readOnlyRootFilesystem: true}", "read_only", True),
        ("tty: true\nstdin: true", "stdin_open", True),
        ("resources: {limits: {memory: 1Gi}}", "memory", "1Gi"),
        ("", "grace_period", 30.0),
        ("", "replicas", 1),
        ("", "network_mode", None),
        ("", "affinity", "?"),
    ],
)
def test_containers(container: str, field: str, value: object) -> None:
    assert shown(getattr(one(container), field)) == value


@pytest.mark.parametrize(
    ("pod", "field", "value"),
    [
        ("terminationGracePeriodSeconds: 60", "grace_period", 60.0),
        ("securityContext: {runAsUser: 10}", "user", "10"),
        ("hostNetwork: true", "network_mode", "host"),
    ],
)
def test_pods(pod: str, field: str, value: object) -> None:
    assert shown(getattr(one(pod=pod), field)) == value


@pytest.mark.parametrize(
    ("spec", "scaler", "replicas"),
    [
        ("", "", 1),
        ("replicas: 3", "", 3),
        ("replicas: ${REPLICAS}", "", "?"),
        ("replicas: 1", "minReplicas: 2\n  maxReplicas: 5", {2, 5}),
        ("replicas: 1", "maxReplicas: 4", {1, 4}),
        ("replicas: 1", "minReplicas: 3\n  maxReplicas: 3", 3),
    ],
)
def test_replicas(spec: str, scaler: str, replicas: object) -> None:
    autoscaler = (
        "apiVersion: autoscaling/v2\nkind: HorizontalPodAutoscaler\nmetadata: {name: s}\nspec:\n"
        f"  scaleTargetRef: {{kind: Deployment, name: a}}\n  {scaler}\n"
    )
    assert shown(one("", spec, "", *([autoscaler] if scaler else [])).replicas) == replicas


def test_a_daemon_set_runs_everywhere() -> None:
    assert shown(one(kind="DaemonSet").replicas) == "?"


CONFIG = "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: c}\ndata: {HOST: 0.0.0.0, 'app.conf': \"a\\nb\\n\"}\n"


@pytest.mark.parametrize(
    ("container", "env", "closed"),
    [
        ("env: [{name: A, value: '1'}, {name: B, value: '$(A)2'}]", {"A": "1", "B": "12"}, True),
        ("env: [{name: A, value: '${A}'}]", {"A": "?"}, True),
        ("env: [{name: A}]", {"A": ""}, True),
        ("env: [{name: A, valueFrom: {secretKeyRef: {name: s, key: k}}}]", {"A": "?"}, True),
        ("env: [{name: A, valueFrom: {configMapKeyRef: {name: c, key: HOST}}}]", {"A": "0.0.0.0"}, True),
        ("env: [{name: A, valueFrom: {configMapKeyRef: {name: c, key: NO}}}]", {"A": "?"}, True),
        (
            "env: [{name: A, valueFrom: {fieldRef: {fieldPath: x}}}]\nenvFrom: [{secretRef: {name: s}}]",
            {"A": "?"},
            False,
        ),
        (
            "envFrom: [{configMapRef: {name: c}, prefix: X_}]\nenv: [{name: X_HOST, value: h}]",
            {"X_HOST": "h", "X_app.conf": "a\nb\n"},
            True,
        ),
        ("envFrom: [{configMapRef: {name: missing}}]", {}, False),
    ],
)
def test_environments(container: str, env: dict[str, str], closed: bool) -> None:
    service = one(container, "", "", CONFIG)
    assert shown(dict(service.env)) == env
    assert service.env_closed is closed


def test_config_maps_are_mounted_as_files() -> None:
    pod = (
        "volumes: [{name: v, configMap: {name: c}}, {name: h, hostPath: {path: /var/run/docker.sock}},"
        " {name: e, emptyDir: {}}]"
    )
    container = (
        "volumeMounts: [{name: v, mountPath: /etc/c}, {name: v, mountPath: /x.conf, subPath: app.conf},"
        " {name: h, mountPath: /s}, {name: e, mountPath: /tmp, readOnly: true}]"
    )
    service = one(container, "", pod, CONFIG)
    assert [(m.kind, shown(m.target), None if m.text is None else shown(m.text)) for m in service.mounts] == [
        ("config", "/etc/c/HOST", "0.0.0.0"),
        ("config", "/etc/c/app.conf", "a\nb\n"),
        ("config", "/x.conf", "a\nb\n"),
        ("bind", "/s", None),
        ("tmpfs", "/tmp", None),
    ]
    assert [note.text for note in service.privileges] == ["the container mounts the socket of its node's engine"]


def test_privileges_and_probes() -> None:
    container = (
        "securityContext: {privileged: true, capabilities: {add: [NET_ADMIN]}}\n"
        "livenessProbe: {httpGet: {path: /health, port: 8000}, timeoutSeconds: 2}\n"
        "readinessProbe: {exec: {command: [true]}}\nstartupProbe: {tcpSocket: {port: 8000}}"
    )
    service = one(container)
    assert [note.text for note in service.privileges] == [
        "the container runs privileged",
        "the container adds the capability NET_ADMIN",
    ]
    liveness, readiness, startup = service.probes
    assert liveness.path is not None and liveness.port is not None and readiness.command is not None
    assert (liveness.kind, shown(liveness.path), shown(liveness.port), shown(liveness.timeout)) == (
        "liveness",
        "/health",
        8000,
        2.0,
    )
    assert shown(readiness.command) == ("true",)
    assert startup.path is None and startup.port is not None and shown(startup.port) == 8000


def test_a_pod_of_several_containers_shares_its_network() -> None:
    text = deployment("image: x") + "        - name: side\n          image: y\n"
    services = read({"k8s.yaml": text}).services
    assert [service.service for service in services] == ["a/main", "a/side"]
    assert {shown(service.network_mode) for service in services} == {"service:a"}


def test_services_give_names_and_ports() -> None:
    balancer = SERVICE.replace("name: svc", "name: lb").replace("spec:\n", "spec:\n  type: LoadBalancer\n")
    service = one("ports: [{name: http, containerPort: 8000}]", "", "", SERVICE, balancer)
    assert {"svc", "svc.default.svc.cluster.local", "lb"} <= service.names
    assert shown(service.forwards) == ["80:8000/tcp", "80:8000/tcp"]
    assert shown(service.ports) == ["80:8000/tcp"]


def test_a_service_of_other_pods_or_another_namespace_does_not_count() -> None:
    other = SERVICE.replace("app: a", "app: b")
    elsewhere = SERVICE.replace("{name: svc}", "{name: svc, namespace: n}")
    assert one("", "", "", other, elsewhere).names == frozenset()


def test_only_so_many_services_of_one_label_are_looked_at() -> None:
    many = [SERVICE.replace("name: svc", f"name: s{number}") for number in range(MOST_SERVICES + 2)]
    tree = Tree.of({})
    manifests = kubernetes.read(Source("k.yaml", "---\n".join([deployment(), *many])))
    assert manifests is not None
    (service,) = platforms(tree, [manifests]).services
    assert {f"s{MOST_SERVICES - 1}"} <= service.names and f"s{MOST_SERVICES}" not in service.names
    assert tree.problems["k.yaml"].span.text == f"s{MOST_SERVICES}"


STICKY = SERVICE.replace("{name: svc}", "{name: svc, annotations: {traefik/service.sticky.cookie: 'true'}}")
CLIENT_IP = SERVICE.replace("spec:\n", "spec:\n  sessionAffinity: ClientIP\n")
ROUTE = (
    "apiVersion: gateway.networking.k8s.io/v1\nkind: HTTPRoute\nmetadata: {name: r}\n"
    "spec: {rules: [{backendRefs: [{name: svc}]}]}\n"
)
HAPROXY = deployment("image: haproxy:3.0").replace("name: a}", "name: h}").replace("app: a", "app: h")


@pytest.mark.parametrize(
    ("others", "affinity"),
    [
        ([], "?"),
        ([SERVICE], "none"),
        ([CLIENT_IP], "works"),
        ([SERVICE, CLIENT_IP.replace("name: svc", "name: t")], {"none", "works"}),
        ([SERVICE.replace("spec:\n", "spec:\n  clusterIP: None\n")], "?"),
        ([SERVICE, ingress()], "none"),
        ([CLIENT_IP, ingress()], "none"),
        ([SERVICE, ingress("affinity: cookie")], "cookie"),
        ([SERVICE, ingress("upstream-hash-by: $binary_remote_addr")], "works"),
        ([SERVICE, ingress("upstream-hash-by: '$remote_addr'")], "works"),
        ([SERVICE, ingress("upstream-hash-by: '$http_mcp_session_id'")], "session-header"),
        ([SERVICE, ingress("upstream-hash-by: '$arg_x'")], "?"),
        ([SERVICE, ingress().replace("ClassName: nginx", "ClassName: traefik")], "none"),
        ([STICKY, ingress().replace("ClassName: nginx", "ClassName: traefik")], "?"),
        ([CLIENT_IP, ingress().replace("ClassName: nginx", "ClassName: traefik")], "?"),
        ([STICKY], "?"),
        ([SERVICE, ROUTE], "none"),
        ([CLIENT_IP, ROUTE], "?"),
        ([SERVICE, ROUTE.replace("[{backendRefs", "[{sessionPersistence: {type: Cookie}, backendRefs")], "?"),
        ([SERVICE, ROUTE, "apiVersion: x.example.com/v1\nkind: BackendTrafficPolicy\nmetadata: {name: p}\n"], "?"),
        ([SERVICE, HAPROXY], "?"),
    ],
)
def test_affinity(others: list[str], affinity: object) -> None:
    text = "---\n".join((deployment("image: x", "replicas: 3"), *others))
    found = {service.service: service for service in read({"k8s.yaml": text}).services}["a"]
    assert shown(found.affinity) == affinity


def test_ingresses() -> None:
    found = read({"k8s.yaml": "---\n".join((deployment("image: x"), SERVICE, ingress()))})
    (entry,) = found.entries
    assert (shown(entry.host), shown(entry.path), entry.match, entry.service, shown(entry.port)) == (
        "mcp.example.com",
        "/mcp",
        "Prefix",
        "svc",
        80,
    )
    assert entry.is_nginx


KUSTOMIZE = "kind: Kustomization\nresources: [deployment.yaml]\n"


@pytest.mark.parametrize(
    ("files", "services", "notes"),
    [
        ({"deployment.yaml": deployment("image: x"), "kustomization.yaml": KUSTOMIZE + "namespace: n\n"}, 1, 0),
        (
            {
                "deployment.yaml": deployment("image: x"),
                "kustomization.yaml": KUSTOMIZE + "images: [{name: x, newTag: v2}]\n",
            },
            1,
            0,
        ),
        (
            {
                "deployment.yaml": deployment("image: x"),
                "kustomization.yaml": KUSTOMIZE + "images: [{name: x, newName: y}]\n",
            },
            0,
            1,
        ),
        (
            {
                "deployment.yaml": deployment("image: x"),
                "kustomization.yaml": KUSTOMIZE + "replicas: [{name: a, count: 2}]\n",
            },
            0,
            1,
        ),
        (
            {
                "base/deployment.yaml": deployment("image: x"),
                "base/kustomization.yaml": KUSTOMIZE,
                "prod/patch.yaml": deployment("image: y"),
                "prod/kustomization.yaml": "resources: [../base]\npatches: [{path: patch.yaml}]\n",
            },
            0,
            2,
        ),
    ],
)
def test_what_kustomize_changes_is_not_followed(files: Files, services: int, notes: int) -> None:
    found = read(files)
    assert (len(found.services), len(found.notes)) == (services, notes)


@pytest.mark.parametrize(
    "text",
    [
        "apiVersion: v1\nkind: Service\nmetadata:\n  name: {{ .Values.name }}\n",
        "apiVersion: v1\nkind: Pod\nmetadata: {name: '{{ .Release.Name }}'}\n",
        '{{- include "x" . }}\napiVersion: v1\nkind: Pod\n',
    ],
)
def test_helm_templates_are_named_as_not_read(text: str) -> None:
    with pytest.raises(Unreadable, match="a Helm template") as caught:
        kubernetes.read(Source("templates/x.yaml", text))
    assert caught.value.severity == NOTE


@pytest.mark.parametrize("text", ["", "a: b\n", "kind: x\n", "- apiVersion\n- kind\n", "apiVersion: 1\nkind: [x]\n"])
def test_other_yaml_is_no_manifest(text: str) -> None:
    assert kubernetes.read(Source("x.yaml", text)) is None


def test_a_patch_of_an_object_is_not_followed() -> None:
    found = read({"patch.yaml": deployment("image: x").replace("image: x", "tty: true")})
    assert (found.services, len(found.notes)) == ((), 1)


def test_lists_hold_objects() -> None:
    items = "".join(f"- {{apiVersion: v1, kind: Pod, metadata: {{name: p{n}}}}}\n" for n in range(2))
    found = kubernetes.read(Source("x.yaml", f"apiVersion: v1\nkind: List\nitems:\n{items}"))
    assert found and [resource.name.text for resource in found.resources] == ["p0", "p1"]


CLOUD_RUN = """\
apiVersion: serving.knative.dev/v1
kind: Service
metadata: {name: run}
spec:
  template:
    metadata:
      annotations: {@}
    spec:
      containers:
        - image: gcr.io/x
          env: [{name: A, value: b}]
"""


@pytest.mark.parametrize(
    ("annotations", "replicas", "affinity"),
    [
        ("", {1, 100}, "none"),
        ("autoscaling.knative.dev/maxScale: '1'", 1, "none"),
        ("autoscaling.knative.dev/minScale: '2', autoscaling.knative.dev/maxScale: '4'", {2, 4}, "none"),
        ("run.googleapis.com/sessionAffinity: 'true', autoscaling.knative.dev/maxScale: '1'", 1, "cookie"),
    ],
)
def test_cloud_run(annotations: str, replicas: object, affinity: str) -> None:
    (service,) = read({"service.yaml": CLOUD_RUN.replace("@", annotations)}).services
    assert (service.platform, service.service) == ("cloud-run", "run")
    assert shown(dict(service.env)) == {"PORT": "8080", "A": "b"}
    assert (shown(service.replicas), shown(service.affinity)) == (replicas, affinity)


CLOUD_BUILD = """\
steps:
  - name: gcr.io/cloud-builders/docker
    dir: server
    args: ['build', '--tag=eu.gcr.io/$PROJECT_ID/notes:$SHORT_SHA', '.']
  - name: gcr.io/google.com/cloudsdktool/cloud-sdk
    entrypoint: gcloud
    args: [run, deploy, notes, --image, 'eu.gcr.io/$PROJECT_ID/notes', '--region=${_REGION}', --timeout=15m,
      --session-affinity, --min-instances=0, --max-instances, '${_MOST:-3}', '--set-env-vars=A=b,C=$PROJECT_ID',
      '--set-secrets=KEY=key:latest', --command=serve]
substitutions:
  _REGION: europe-west1
"""


def test_cloud_build() -> None:
    files = {"deploy/cloudbuild.yaml": CLOUD_BUILD, "server/Dockerfile": "FROM scratch"}
    (service,) = read(files).services
    assert (service.platform, service.service, service.web) == ("cloud-run", "notes", ())
    assert service.build and (shown(service.build.context), shown(service.build.dockerfile)) == (
        "server",
        "server/Dockerfile",
    )
    assert shown(dict(service.env)) == {"PORT": "8080", "A": "b", "C": "?", "KEY": "?"}
    assert (shown(service.replicas), shown(service.affinity)) == ({1, 3}, "cookie")
    assert service.entrypoint and service.entrypoint.words is None


FLY = """\
app = "notes"
kill_timeout = "30s"
[build]
dockerfile = "deploy/Dockerfile"
build-target = "prod"
[build.args]
V = "1"
[env]
MCP_HOST = "0.0.0.0"
PORT = "8080"
[http_service]
internal_port = 8080
[[http_service.checks]]
path = "/health"
[processes]
web = "python -m notes --port 8080"
"""


def test_fly() -> None:
    (service,) = read({"fly.toml": FLY}).services
    assert (service.service, service.platform) == ("notes/web", "fly")
    assert shown(dict(service.env)) == {"MCP_HOST": "0.0.0.0", "PORT": "8080"} and not service.env_closed
    assert service.build and shown(service.build.dockerfile) == "deploy/Dockerfile"
    assert (shown(service.build.context), shown(service.build.target)) == (".", "prod")
    assert shown(service.arguments) == ["python", "-m", "notes", "--port", "8080"]
    assert shown(service.expose) == ["8080/tcp"]
    assert (shown(service.grace_period), shown(service.replicas)) == (30.0, "?")
    assert [shown(check.path) for check in service.probes] == ["/health"]


def test_fly_finds_a_dockerfile_beside_it_and_leaves_the_context_open_in_a_folder() -> None:
    (service,) = read({"deploy/fly.toml": 'app = "x"\n', "deploy/Dockerfile": "FROM x\n"}).services
    assert service.build and shown(service.build.dockerfile) == "deploy/Dockerfile"
    assert shown(service.build.context) == "?"
    (service,) = read({"fly.toml": '[build]\nimage = "x"\n', "Dockerfile": "FROM x\n"}).services
    assert service.build is None and shown(service.image) == "x"


RENDER = """\
services:
  - type: web
    name: api
    runtime: docker
    rootDir: srv
    dockerfilePath: ./Dockerfile.prod
    dockerCommand: python s.py
    healthCheckPath: /health
    numInstances: 2
    envVars:
      - {key: HOST, value: 0.0.0.0}
      - {key: TOKEN, sync: false}
  - type: worker
    name: native
    runtime: python
    startCommand: python worker.py --port $PORT
    scaling: {minInstances: 1, maxInstances: 3}
  - {type: web, name: site, runtime: static}
  - {type: keyvalue, name: cache}
"""


def test_render() -> None:
    docker, native = read({"render.yaml": RENDER}).services
    assert docker.build and shown(docker.build.dockerfile) == "srv/Dockerfile.prod"
    assert shown(docker.build.context) == "srv"
    assert shown(dict(docker.env)) == {"PORT": "10000", "HOST": "0.0.0.0", "TOKEN": "?"}
    assert (shown(docker.replicas), shown(docker.arguments)) == (2, ["python", "s.py"])
    assert (shown(docker.grace_period), docker.folder) == (30.0, None)
    assert native.build is None and native.folder == "."
    assert shown(native.arguments) == ["/bin/sh", "-c", "python worker.py --port $PORT"]
    assert shown(native.replicas) == {1, 3}


@pytest.mark.parametrize(
    ("path", "text"),
    [
        (
            "railway.toml",
            '[build]\ndockerfilePath = "Dockerfile"\n'
            '[deploy]\nstartCommand = "python s.py"\nnumReplicas = 2\nhealthcheckPath = "/h"\n',
        ),
        (
            "railway.json",
            '{"build": {"dockerfilePath": "Dockerfile"},'
            ' "deploy": {"startCommand": "python s.py", "numReplicas": 2, "healthcheckPath": "/h"}}',
        ),
    ],
)
def test_railway(path: str, text: str) -> None:
    (service,) = read({path: text}).services
    assert service.build and shown(service.build.dockerfile) == "Dockerfile"
    assert (shown(service.entrypoint), shown(service.replicas)) == (["python", "s.py"], 2)
    assert shown(service.variable("PORT")) == "?" and not service.env_closed
    assert [shown(check.path) for check in service.probes] == ["/h"]


def test_railway_without_a_dockerfile_runs_the_folder() -> None:
    (service,) = read({"app/railway.json": '{"deploy": {"startCommand": "python s.py"}}'}).services
    assert service.build is None and service.folder == "app"
    assert shown(service.arguments) == ["/bin/sh", "-c", "python s.py"]


def test_procfile() -> None:
    found = read(
        {"Procfile": "# c\nweb: uvicorn app:app --port $PORT  \r\nrelease: ./migrate\nworker:python w.py\n\nx\n"}
    )
    assert [(one.service, shown(one.arguments)) for one in found.services] == [
        ("web", ["/bin/sh", "-c", "uvicorn app:app --port $PORT"]),
        ("worker", ["/bin/sh", "-c", "python w.py"]),
    ]


def test_what_an_app_json_sets_beside_a_procfile() -> None:
    text = '{"env": {"MODE": {"value": "http"}, "LEVEL": "info", "TOKEN": {"required": true}}}'
    (web,) = read({"a/Procfile": "web: node index.js\n", "a/app.json": text}).services
    assert shown(web.env) == {"MODE": "http", "LEVEL": "info", "TOKEN": "?", "PORT": "?"}


@pytest.mark.parametrize(
    ("path", "text"),
    [
        ("fly.toml", "app = "),
        ("railway.toml", "[[["),
        ("railway.json", "{"),
        ("render.yaml", "services: ["),
        ("k8s.yaml", "apiVersion: v1\nkind: [\n"),
        ("kustomization.yaml", "resources: *x\n"),
    ],
)
def test_broken_files_are_refused_at_a_place(path: str, text: str) -> None:
    with pytest.raises(Unreadable) as caught:
        read({path: text})
    assert 0 <= caught.value.span.start <= caught.value.span.end <= len(text)


@pytest.mark.parametrize(
    ("path", "text"),
    [
        ("fly.toml", "app = 1\nenv = 3\nprocesses = [1]\nhttp_service = []\n[build]\nargs = 1\n"),
        ("fly.toml", "[http_service]\ninternal_port = 'x'\n[checks]\na = 1\n[env]\nA = [1]\n"),
        ("railway.json", '{"build": [], "deploy": {"startCommand": [], "numReplicas": "x"}}'),
        ("railway.json", "[]"),
        (
            "render.yaml",
            "services: [x, {type: web}, {type: web, envVars: {a: b}, name: [x], scaling: {minInstances: x}}]",
        ),
        ("render.yaml", "x: y"),
        (
            "k8s.yaml",
            deployment("env: {a: b}\nports: [x]\ncommand: x\nsecurityContext: [x]\nvolumeMounts: [x, {}]\nenvFrom: x"),
        ),
        (
            "k8s.yaml",
            deployment("livenessProbe: x\nenv: [{name: [x]}, {name: A, value: [x]}, {name: B, valueFrom: x}]"),
        ),
        ("k8s.yaml", deployment("image: [x]", "replicas: [x]", "volumes: [x, {name: v, configMap: x}]")),
        ("k8s.yaml", SERVICE.replace("{app: a}", "[x]") + "---\n" + ingress().replace("/mcp", "[x]")),
        ("k8s.yaml", CLOUD_RUN.replace("{@}", "[x]").replace("spec:\n      containers:", "spec:\n      x:")),
    ],
)
def test_settings_of_the_wrong_shape_say_nothing(path: str, text: str) -> None:
    for value in values(tuple(read({path: text}))):
        assert value.options is None or isinstance(value.options, tuple)


def test_a_site_spells_its_value() -> None:
    container = (
        "image: 'x:1'\ncommand: [\"python\", s.py]\nports: [{containerPort: 8000}]\n"
        "securityContext: {runAsUser: 1000}\n"
        'env: [{name: A, value: "é😀"}]'
    )
    files = {
        "k8s.yaml": "# é😀\n" + deployment(container, "replicas: 2").replace("\n", "\r\n"),
        "fly.toml": FLY,
        "render.yaml": RENDER,
    }
    known = [value for value in values(tuple(read(files))) if value.options and len(value.options) == 1 and value.site]
    assert len(known) > 15
    for value in known:
        assert value.site and value.options
        assert value.site.span.text == str(value.options[0])


def values(part: Any) -> Iterator[Value[Any]]:
    match part:
        case Value():
            yield part
        case Span() | Source():
            return
        case dict():
            for item in part.values():
                yield from values(item)
        case tuple():
            for item in part:
                yield from values(item)
