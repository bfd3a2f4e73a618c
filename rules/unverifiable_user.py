r"""Kubernetes cannot tell that the user is not root

With `runAsNonRoot: true` the kubelet starts a container only if it can see
that its user is not root, and it looks at numbers alone. An image whose USER
is a name is refused, whoever that is: `container has runAsNonRoot and image
has non-numeric user (app), cannot verify user is non-root`. So is one that
runs as root: `image will run as root`. The pod stays in
`CreateContainerConfigError`.

Either the image names its user by number, or the pod says `runAsUser`.

Not reported if the user of the image is not known.

The fix writes the number that the build gives to the user.

See https://kubernetes.io/docs/tasks/configure-pod-container/security-context/

## Bad
`Dockerfile`
```dockerfile
FROM python:3.12-slim
WORKDIR /app
COPY requirements.txt server.py ./
RUN pip install --require-hashes -r requirements.txt
RUN useradd --create-home --uid 10001 app
USER app
CMD ["python", "server.py"]
```
`requirements.txt`
```
mcp==1.27.1 --hash=sha256:0000000000000000000000000000000000000000000000000000000000000000
```
`server.py`
```python
from mcp.server.fastmcp import FastMCP

mcp = FastMCP("notes", host="0.0.0.0", stateless_http=True)

if __name__ == "__main__":
    mcp.run(transport="streamable-http")
```
`.github/workflows/image.yml`
```yaml
on: push
jobs:
  image:
    runs-on: ubuntu-latest
    steps:
      - uses: docker/build-push-action@v6
        with:
          context: .
          push: true
          tags: registry.example.com/notes:1
```
`k8s/notes.yaml`
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
          image: registry.example.com/notes:1
          securityContext:
            runAsNonRoot: true
          ports:
            - containerPort: 8000
```
```output
error[unverifiable-user]: Kubernetes refuses to start container `notes`: its image has the user `app`, a name, and `runAsNonRoot` needs a number other than 0
  --> Dockerfile:6:6
   |
 6 | USER app
   | -------- USER sets the user
   |      ^^^
   |
  ::: k8s/notes.yaml:16:27
   |
16 |             runAsNonRoot: true
   |                           ---- Kubernetes starts it only if its user is provably not root
   |
   = fix: name the user by its number 10001 (--fix)
```
```diff
--- a/Dockerfile
+++ b/Dockerfile
@@ -3,5 +3,5 @@
 COPY requirements.txt server.py ./
 RUN pip install --require-hashes -r requirements.txt
 RUN useradd --create-home --uid 10001 app
-USER app
+USER 10001
 CMD ["python", "server.py"]
```

## Good
`Dockerfile`
```dockerfile
FROM python:3.12-slim
WORKDIR /app
COPY requirements.txt server.py ./
RUN pip install --require-hashes -r requirements.txt
RUN useradd --create-home --uid 10001 app
USER 10001
CMD ["python", "server.py"]
```
"""

from mcplint import ERROR, Container, Finding, Fix, rule


@rule("unverifiable-user", ERROR)
def check(container: Container):
    user = container.user
    if not container.non_root or not (user.must(is_name) or user.must(is_root)):
        return
    name = (user.only or "root").partition(":")[0]
    how = "runs as root" if user.must(is_root) else f"has the user `{name}`, a name"
    message = f"Kubernetes refuses to start {container.title}: its image {how}, and `runAsNonRoot` needs a number other than 0"
    account = container.accounts.get(name)
    edits = user.write(str(account.uid)) if account and account.uid else ()
    fix = Fix(f"name the user by its number {account.uid}", edits, safe=True) if account else None
    yield Finding(message, user.span or container.span, (*user.trace, container.non_root), fix)


def is_name(user):
    return not user.partition(":")[0].isdecimal()


def is_root(user):
    return user.partition(":")[0] in ("root", "0")
