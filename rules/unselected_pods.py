r"""A Kubernetes selector matches no pod

A Service leads to the pods that have all labels of its selector. If none has,
it has no endpoints: connections to it are refused, and an Ingress in front
answers 503, while every pod is ready. Nothing says so but
`kubectl get endpoints`.

A Deployment whose selector does not fit the labels of its own template is
refused: `selector does not match template labels`.

Reported if the pods of one object in the same folder are meant: they have a
label of that name with another value, and the object is called as the Service
is, or the values differ by a letter that is missing or by a word such as
`-svc`; or the object of the Service's own name and file has the value by
another key, such as `app` for `app.kubernetes.io/name`. Pods of any other name
may come from an operator, a chart or a template. Not reported for objects that
kustomize changes, nor for an Ingress whose Service is in no file: operators,
charts and other repositories bring Services to the same namespace, and no file
says that none does.

Which image the pods run does not matter where their files certainly are an MCP
server's: an Ingress beside them has the host that clients are told, or one of
them is called after MCP.

See https://kubernetes.io/docs/concepts/services-networking/service/

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
`requirements.txt`
```
mcp==1.30.0 --hash=sha256:0000000000000000000000000000000000000000000000000000000000000000
```
`server.py`
```python
from mcp.server.fastmcp import FastMCP

mcp = FastMCP("notes", host="0.0.0.0", stateless_http=True)

if __name__ == "__main__":
    mcp.run(transport="streamable-http")
```
`pyproject.toml`
```toml
[project]
name = "notes"
version = "1.0.0"
```
`k8s.yaml`
```yaml
apiVersion: apps/v1
kind: Deployment
metadata:
  name: notes
spec:
  selector:
    matchLabels: {app: notes}
  template:
    metadata:
      labels: {app: notes}
    spec:
      containers:
        - name: notes
          image: example.com/notes:1.0.0
---
apiVersion: v1
kind: Service
metadata:
  name: web
spec:
  selector: {app: note}
  ports: [{port: 80, targetPort: 8000}]
```
```output
error[unselected-pods]: Service `web` selects pods with app: note, but the pods of `notes` have no such label
  --> k8s.yaml:21:13
   |
10 |       labels: {app: notes}
   |               ------------ these are the labels of the pods
...
21 |   selector: {app: note}
   |             ^^^^^^^^^^^
```

## Good
`k8s.yaml`
```yaml
apiVersion: apps/v1
kind: Deployment
metadata:
  name: notes
spec:
  selector:
    matchLabels: {app: notes}
  template:
    metadata:
      labels: {app: notes}
    spec:
      containers:
        - name: notes
          image: example.com/notes:1.0.0
---
apiVersion: v1
kind: Service
metadata:
  name: web
spec:
  selector: {app: notes}
  ports: [{port: 80, targetPort: 8000}]
```
"""

from mcplint import ERROR, Finding, UnmatchedSelector, rule


@rule("unselected-pods", ERROR)
def check(selector: UnmatchedSelector):
    if selector.kind == "Service":
        message = f"Service `{selector.name}` selects pods with {selector.missing}, but the pods of `{selector.pods}` have no such label"
    else:
        message = f"{selector.kind} `{selector.name}` selects pods with {selector.missing}, but its own template does not set it"
    yield Finding(message, selector.span, selector.notes)
