r"""nginx refuses calls with a body that the server would take

`client_max_body_size` is one megabyte unless it is set. A tool that takes a file, an image or a long text in its
arguments gets more than that, nginx answers 413, and a client of `mcp` 1 drops the whole session. Whether tools take so
much is not visible in the proxy's configuration, so it is a note.

More than four megabytes help nobody: the SDKs refuse larger bodies themselves (`mcp` from 1.29 on), as does Express.
See https://nginx.org/en/docs/http/ngx_http_core_module.html#client_max_body_size

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
mcp==1.27.1 --hash=sha256:0000000000000000000000000000000000000000000000000000000000000000
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
  nginx:
    image: nginx:1.28
    ports: ["80:80"]
    volumes: ["./nginx.conf:/etc/nginx/conf.d/default.conf:ro"]
```
`nginx.conf`
```nginx
server {
    listen 80;
    server_name notes.example.com;

    location /mcp {
        proxy_pass http://notes:8000;
        proxy_buffering off;
        proxy_read_timeout 300s;
    }
}
```
```output
note[small-body-limit]: refuses calls of more than 1m
 --> nginx.conf:5:5
  |
5 |     location /mcp {
  |     ^^^^^^^^^^^^^ client_max_body_size is not set: 1m by default
  |
  = fix: take four megabytes (--fix)
```
```diff
--- a/nginx.conf
+++ b/nginx.conf
@@ -4,6 +4,7 @@

     location /mcp {
         proxy_pass http://notes:8000;
+        client_max_body_size 4m;
         proxy_buffering off;
         proxy_read_timeout 300s;
     }
```

## Good
`nginx.conf`
```nginx
server {
    listen 80;
    server_name notes.example.com;

    location /mcp {
        proxy_pass http://notes:8000;
        proxy_buffering off;
        proxy_read_timeout 300s;
        client_max_body_size 4m;
    }
}
```
"""

from mcplint import NOTE, Edit, Finding, Fix, Label, Route, rule

ENOUGH = 4 << 20
UNITS = {"k": 10, "m": 20, "g": 30}


@rule("small-body-limit", NOTE)
def check(route: Route):
    if not route.carried:
        return
    title = "take four megabytes"
    limits = route.settings.get("client_max_body_size", ())
    for setting in limits[-1:]:
        size = _bytes(setting.args[0]) if setting.args else None
        if size and size < ENOUGH:
            fix = Fix(title, (Edit(setting.words[0], "4m"),), safe=True)
            yield Finding(f"refuses calls of more than {setting.args[0]}", setting.words[0], (), fix)
    if not limits and route.closed:
        slot = route.inside
        edits = (Edit(slot.span, f"{slot.before}client_max_body_size 4m{slot.after}"),) if slot else ()
        note = Label(route.span, "client_max_body_size is not set: 1m by default")
        yield Finding(
            "refuses calls of more than 1m", route.span, (note,), Fix(title, edits, safe=True) if edits else None
        )


def _bytes(text: str) -> int | None:
    """The bytes of a size as nginx writes it, or None where it is none."""
    number, unit = (text[:-1], text[-1].lower()) if text[-1:].lower() in UNITS else (text, "")
    return int(number) << UNITS.get(unit, 0) if number.isdecimal() and len(number) < 12 else None
