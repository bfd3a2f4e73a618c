r"""A secret is built into the image

Whoever gets the image gets what is in its layers and its history: `docker
history` shows `ENV`, `ARG` and every build argument that a `RUN` uses, and a
file that a later line deletes is still in the layer that copied it.

So do LABEL, CMD and ENTRYPOINT, and a `RUN` that sends a token itself, by
`curl -u` or a header `Authorization: Bearer`.

A key that `ENV NOTES_API_KEY=$NOTES_API_KEY` takes from an `ARG` is a warning:
it is there if the build is given one.

Private keys (`server.key`, `key.pem`, the `service-account.json` of Google)
are known by what is in them, unless they are for tests or need a passphrase.

Give secrets to the container when it starts, and to a build with
`RUN --mount=type=secret`, which leaves nothing behind. That goes for `.npmrc`,
`.pypirc` and the like too, which are reported where a token stands in them.

What counts as a secret: a text of a form in which a service gives out its
keys (GitHub, GitLab, OpenAI, Anthropic, AWS, Google, Slack, Stripe, npm, PyPI,
Hugging Face and others, JSON web tokens, private keys), or the value of a name
such as `…_API_KEY`, `…_TOKEN`, `…_SECRET` or `…_PASSWORD`, what stands behind
`Bearer`, or the password or such a parameter in a URL, or the user of one that
is none but a key (`https://KEY@…`), if it has 16 characters or more, digits
and letters, and 3.5 bits of entropy a character.
Placeholders (`your-key`, `changeme`, `<token>`, `${TOKEN}`) do not, nor does a
variable that a `RUN` sets for its own commands, unless the form tells: it is
usually made up for the build. Only the first four characters are ever shown.

Keys that browsers may know are none: by name (`VITE_…`, `…PUBLIC…`,
`…_ANON_KEY`), by form (`pk_live_…`, `sb_publishable_…`), or by the role `anon`
in a web token; forms that are never for browsers count whatever their name.

See https://docs.docker.com/build/building/secrets/

## Bad
`Dockerfile`
```dockerfile
FROM python:3.12-slim
WORKDIR /app
COPY requirements.txt server.py ./
RUN pip install --require-hashes -r requirements.txt
ENV NOTES_API_KEY=9f2c61d07be84a53c1e8d2b64f7a09b5
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
```output
error[secret-in-image]: NOTES_API_KEY holds a secret that anyone can read in the image
 --> Dockerfile:5:19
  |
5 | ENV NOTES_API_KEY=9f2c****************************
  |                   ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
```

## Good
`Dockerfile`
```dockerfile
FROM python:3.12-slim
WORKDIR /app
COPY requirements.txt server.py ./
RUN pip install --require-hashes -r requirements.txt
USER 10001
CMD ["python", "server.py"]
```
"""

from mcplint import ERROR, WARNING, Finding, Secret, rule


@rule("secret-in-image", ERROR)
def check(secret: Secret):
    if secret.where == "image":
        yield Finding(f"{secret.name} holds {secret.title} that anyone can read in the image", secret.span)
    elif secret.where == "build":
        yield Finding(f"the build argument {secret.name} stays in the history of the image", secret.span)
    elif secret.where == "argument":
        message = f"ENV keeps the build argument {secret.name}, which anyone can read in the image"
        yield Finding(message, secret.span, (), None, WARNING)
    elif secret.where == "copy":
        yield Finding(f"{secret.name} is copied into the image, where anyone can read it", secret.span, secret.notes)
