r"""A secret stands in a compose file or a manifest

A compose file and the manifests of Kubernetes are kept in the repository:
everybody who reads it, and everybody who ever will, has the secret, also after
a later commit takes it out.

The services beside that of the server, the arguments of a command or a build
and a Secret of Kubernetes are read as well: `data` as much as `stringData`, as
base64 hides nothing.

Take it from the environment, `${NOTES_API_KEY:?}`, from a file that git
ignores, or from a Secret. One that was pushed has to be replaced.

What counts as a secret: a text of a form in which a service gives out its
keys (GitHub, GitLab, OpenAI, Anthropic, AWS, Google, Slack, Stripe, npm, PyPI,
Hugging Face and others, JSON web tokens, private keys), or the value of a name
such as `…_API_KEY`, `…_TOKEN`, `…_SECRET` or `…_PASSWORD`, what stands behind
`Bearer`, or the password or such a parameter in a URL, if it has 16 characters
or more, digits and letters, and 3.5 bits of entropy a character.
Placeholders (`your-key`, `changeme`, `<token>`, `${TOKEN}`) do not. Only the
first four characters are ever shown.

Keys that browsers may know are none: by name (`VITE_…`, `…PUBLIC…`,
`…_ANON_KEY`), by form (`pk_live_…`, `sb_publishable_…`), or by the role `anon`
in a web token; forms that are never for browsers count whatever their name.

See https://docs.docker.com/compose/how-tos/use-secrets/

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

mcp = FastMCP("notes", host="0.0.0.0")

if __name__ == "__main__":
    mcp.run(transport="streamable-http")
```
`compose.yaml`
```yaml
services:
  notes:
    build: .
    environment:
      NOTES_API_KEY: 9f2c61d07be84a53c1e8d2b64f7a09b5
```
```output
error[secret-in-compose]: NOTES_API_KEY holds a secret that anyone can read in compose.yaml
 --> compose.yaml:5:22
  |
5 |       NOTES_API_KEY: 9f2c****************************
  |                      ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
```

## Good
`compose.yaml`
```yaml
services:
  notes:
    build: .
    environment:
      NOTES_API_KEY: ${NOTES_API_KEY:?}
```
"""

from mcplint import ERROR, Finding, Secret, rule


@rule("secret-in-compose", ERROR)
def check(secret: Secret):
    if secret.where in ("compose", "kubernetes"):
        file = secret.span.source.path.rpartition("/")[2]
        yield Finding(f"{secret.name} holds {secret.title} that anyone can read in {file}", secret.span)
