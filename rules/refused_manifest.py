r"""Kubernetes refuses an object for a value of the wrong type

An environment variable is a string: `value: 8000` is a number, and nothing of
the object is applied: `json: cannot unmarshal number into Go struct field
EnvVar.spec.template.spec.containers.env.value of type string`. The same holds
for labels, annotations, the words of a command and the entries of a ConfigMap,
for a number or `true` in quotes where the bare one belongs
(`containerPort: "8000"`), for a mapping where a list belongs (`env: {A: b}`),
a list where a mapping does (`limits: [memory: 1Gi]`), and for the short forms
of compose (`ports: ["8000:8000"]`).

The fix puts the quotes where they belong, or leaves them out.

Reported for the objects of a deployment that runs an MCP server. Not reported
for what a template or kustomize fills in.

See
https://kubernetes.io/docs/tasks/inject-data-application/define-environment-variable-container/

## Bad
`Dockerfile`
```dockerfile
FROM python:3.12-slim
WORKDIR /app
COPY requirements.txt server.py ./
RUN pip install --require-hashes -r requirements.txt
USER 10001
CMD ["python", "server.py"]
```
`pyproject.toml`
```toml
[project]
name = "notes"
version = "1.0.0"
```
`requirements.txt`
```
mcp==1.30.0 --hash=sha256:0000000000000000000000000000000000000000000000000000000000000000
```
`server.py`
```python
from mcp.server.fastmcp import FastMCP

mcp = FastMCP("notes", host="0.0.0.0")

if __name__ == "__main__":
    mcp.run(transport="streamable-http")
```
`k8s.yaml`
```yaml
apiVersion: apps/v1
kind: Deployment
metadata: {name: notes}
spec:
  selector: {matchLabels: {app: notes}}
  template:
    metadata: {labels: {app: notes}}
    spec:
      containers:
        - name: notes
          image: example.com/notes:1.0.0
          env:
            - name: NOTES_LIMIT
              value: 50
```
```output
error[refused-manifest]: Kubernetes refuses Deployment `notes`: the value of NOTES_LIMIT is a number where a string belongs
  --> k8s.yaml:14:22
   |
14 |               value: 50
   |                      ^^
   |
   = fix: put it in quotes (--fix)
```
```diff
--- a/k8s.yaml
+++ b/k8s.yaml
@@ -11,4 +11,4 @@
           image: example.com/notes:1.0.0
           env:
             - name: NOTES_LIMIT
-              value: 50
+              value: "50"
```

## Good
`k8s.yaml`
```yaml
apiVersion: apps/v1
kind: Deployment
metadata: {name: notes}
spec:
  selector: {matchLabels: {app: notes}}
  template:
    metadata: {labels: {app: notes}}
    spec:
      containers:
        - name: notes
          image: example.com/notes:1.0.0
          env:
            - name: NOTES_LIMIT
              value: "50"
```
"""

from mcplint import ERROR, Finding, Fix, Mistyped, rule


@rule("refused-manifest", ERROR)
def check(value: Mistyped):
    message = f"Kubernetes refuses {value.kind} `{value.name[:60]}`: {value.field} is {value.found} where {value.wanted} belongs"
    bare = value.edits[0].text if value.edits and value.wanted != "a string" else ""
    title = f"write {bare} without quotes" if bare else "put it in quotes"
    fix = Fix(title, value.edits, safe=True) if value.edits else None
    yield Finding(message, value.span, (), fix)
