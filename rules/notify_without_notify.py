r"""systemd waits for a readiness notification that the server never sends

A unit with `Type=notify` counts as started when its service says so over the
socket in `NOTIFY_SOCKET`. No SDK for MCP does, and neither do uvicorn,
hypercorn and granian; gunicorn does. systemd waits for 90 seconds, takes the
start for failed, ends the server that has been serving all that time, and
starts over.

`Type=exec` waits for nothing more than the program to run.

Not reported for gunicorn, for a program that cannot be followed, or where a
file of the project speaks of the notification: `sdnotify`, `cysystemd`,
`systemd.daemon`, `sd-notify`, or `NOTIFY_SOCKET` itself.

The fix sets `Type=exec`.

See https://www.freedesktop.org/software/systemd/man/latest/systemd.service.html#Type=

## Bad
`notes.service`
```ini
[Service]
Type=notify
WorkingDirectory=/srv/notes
ExecStart=/usr/bin/python3 server.py
User=notes
```
`server.py`
```python
from mcp.server.fastmcp import FastMCP

mcp = FastMCP("notes", host="127.0.0.1", stateless_http=True)

if __name__ == "__main__":
    mcp.run(transport="streamable-http")
```
```output
error[notify-without-notify]: systemd waits for unit `notes.service` to report that it is ready, which the server never does
 --> notes.service:2:6
  |
2 | Type=notify
  |      ^^^^^^
3 | WorkingDirectory=/srv/notes
4 | ExecStart=/usr/bin/python3 server.py
  |           -------------------------- systemd starts this
  |
  = fix: count it as started when it runs (--fix)
```
```diff
--- a/notes.service
+++ b/notes.service
@@ -1,5 +1,5 @@
 [Service]
-Type=notify
+Type=exec
 WorkingDirectory=/srv/notes
 ExecStart=/usr/bin/python3 server.py
 User=notes
```

## Good
`notes.service`
```ini
[Service]
Type=exec
WorkingDirectory=/srv/notes
ExecStart=/usr/bin/python3 server.py
User=notes
```
"""

from mcplint import ERROR, Container, Finding, Fix, Label, rule


@rule("notify-without-notify", ERROR)
def check(container: Container):
    words = container.argv.words or () if container.argv else ()
    if container.notified.must(str) and container.servers and not any(word.may(may_notify) for word in words):
        message = f"systemd waits for {container.title} to report that it is ready, which the server never does"
        fix = Fix("count it as started when it runs", container.notified.write("exec"), safe=True)
        span = container.notified.span or container.span
        yield Finding(message, span, (Label(container.cmd, "systemd starts this"),), fix)


def may_notify(word):
    return "gunicorn" in word or "systemd-notify" in word or word.endswith(".sh")
