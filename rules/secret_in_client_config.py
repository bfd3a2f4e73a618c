r"""A secret stands in a client's configuration

`.mcp.json`, `.vscode/mcp.json` and their like are shared through the
repository: everybody who reads it, and everybody who ever will, has the
secret, also after a later commit takes it out. A key in a URL is in the log of
every proxy besides.

Let the client fill it in, `${NOTES_TOKEN}` or an `input`, as its host spells
it. One that was pushed has to be replaced.

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

See https://modelcontextprotocol.io/docs/learn/client-concepts

## Bad
`.mcp.json`
```json
{
  "mcpServers": {
    "notes": {
      "type": "http",
      "url": "https://notes.example.com/mcp",
      "headers": {"Authorization": "Bearer 9f2c61d07be84a53c1e8d2b64f7a09b5"}
    }
  }
}
```
```output
error[secret-in-client-config]: Authorization holds a secret that anyone can read in .mcp.json
 --> .mcp.json:6:37
  |
6 |       "headers": {"Authorization": "Bearer 9f2c****************************"}
  |                                     ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
```

## Good
`.mcp.json`
```json
{
  "mcpServers": {
    "notes": {
      "type": "http",
      "url": "https://notes.example.com/mcp",
      "headers": {"Authorization": "Bearer ${NOTES_TOKEN}"}
    }
  }
}
```
"""

from mcplint import ERROR, Finding, Secret, rule


@rule("secret-in-client-config", ERROR)
def check(secret: Secret):
    if secret.where == "client":
        file = secret.span.source.path.rpartition("/")[2]
        yield Finding(f"{secret.name} holds {secret.title} that anyone can read in {file}", secret.span)
