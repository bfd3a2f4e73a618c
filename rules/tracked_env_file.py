r"""A file of variables with secrets is not ignored by git

`.env` is where a server's keys are kept, and git takes it along unless
`.gitignore` names it: with the next `git add .` they are in the repository,
for everybody who reads it, also after a later commit takes them out.

Name it in `.gitignore`, and put an example without values, `.env.example`, in
its place. Secrets that were pushed have to be replaced.

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

Not reported if a `.gitignore` names the file, unless git tracks it all the
same. Where an image gets the file as well, that is said here.

See https://docs.github.com/en/get-started/git-basics/ignoring-files

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
`.env`
```
NOTES_API_KEY=9f2c61d07be84a53c1e8d2b64f7a09b5
```
```output
error[tracked-env-file]: no .gitignore names .env, and NOTES_API_KEY in it is a secret
 --> .env:1:1
  |
1 | NOTES_API_KEY=9f2c****************************
  | ^^^^^^^^^^^^^
```

## Good
`.env`
```
NOTES_API_KEY=
```
"""

from mcplint import ERROR, Finding, Secret, rule


@rule("tracked-env-file", ERROR)
def check(secret: Secret):
    if secret.where in ("env file", "tracked file"):
        file = secret.span.source.path.rpartition("/")[2]
        so = f"git tracks {file}" if secret.where == "tracked file" else f"no .gitignore names {file}"
        yield Finding(f"{so}, and {secret.name} in it is {secret.title}", secret.span, secret.notes)
