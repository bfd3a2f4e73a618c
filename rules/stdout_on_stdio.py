r"""The server writes to standard output, which carries its protocol

Over stdio every line of standard output is a protocol message. What a program
prints there, before it serves, in its tools, or in TypeScript once `connect`
has returned, reaches the client between the messages. Clients report
`Unexpected token … is not valid JSON`; some go on, some give the server up.
The same goes for a log handler on `sys.stdout`, and for an `echo` in a start
script.

Write to standard error: `print(…, file=sys.stderr)`, `console.error(…)`,
`echo … >&2`. The SDKs'
own logs go there too.

Output before the server runs is an error. Output under a condition or in a
tool is a warning; with `mcp` 2 and `fastmcp` 4, output of a tool is a note,
since these redirect standard output to standard error while they serve. Output
of a server in TypeScript is a warning: clients of the official SDKs skip lines
that are no messages, others do not. `dotenv.config()` of dotenv 17 prints a
line; `{ quiet: true }` keeps it silent. `pino()` writes to standard output,
`pino(pino.destination(2))` to standard error; the `Console` of winston writes
to standard output what `stderrLevels` does not name. Other loggers, and levels
that are only known at run time, are not judged.

There is no fix where a `print` names `sys.stdout` itself, which may be meant.

Not reported if the transport is not known to be stdio, if the shell prints
under a condition, or if the program redirects standard output, for instance
with `contextlib.redirect_stdout`. Nor is what it prints before it serves only
if it finds a terminal (`if sys.stdin.isatty():`): clients give it pipes.

See
https://modelcontextprotocol.io/specification/2025-11-25/basic/transports#stdio

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

mcp = FastMCP("notes")


@mcp.tool()
def add(text: str) -> str:
    print("adding", text)
    return text


if __name__ == "__main__":
    print("notes server is starting")
    mcp.run()
```
```output
warning[stdout-on-stdio]: server `notes` writes to standard output while it serves, but clients read protocol messages from there
  --> server.py:8:5
   |
 8 |     print("adding", text)
   |     ^^^^^^^^^^^^^^^^^^^^^
...
14 |     mcp.run()
   |     --------- run() without a transport speaks stdio
   |
   = fix: write to standard error (--fix)

error[stdout-on-stdio]: server `notes` writes to standard output before it serves, but clients read protocol messages from there
  --> server.py:13:5
   |
13 |     print("notes server is starting")
   |     ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
14 |     mcp.run()
   |     --------- run() without a transport speaks stdio
   |
   = fix: write to standard error (--unsafe-fixes)
```
```diff
--- a/server.py
+++ b/server.py
@@ -1,3 +1,5 @@
+import sys
+
 from mcp.server.fastmcp import FastMCP

 mcp = FastMCP("notes")
@@ -5,10 +7,10 @@

 @mcp.tool()
 def add(text: str) -> str:
-    print("adding", text)
+    print("adding", text, file=sys.stderr)
     return text


 if __name__ == "__main__":
-    print("notes server is starting")
+    print("notes server is starting", file=sys.stderr)
     mcp.run()
```

## Good
`server.py`
```python
import sys

from mcp.server.fastmcp import FastMCP

mcp = FastMCP("notes")


@mcp.tool()
def add(text: str) -> str:
    print("adding", text, file=sys.stderr)
    return text


if __name__ == "__main__":
    print("notes server is starting", file=sys.stderr)
    mcp.run()
```
"""

import ast
import re
import sys
from itertools import pairwise, takewhile

from mcplint import ERROR, NOTE, WARNING, Edit, Finding, Fix, Label, Server, Span, rule
from mcplint.model.releases import common_fact
from mcplint.text.layout import item_after
from mcplint.text.lines import starts

MANAGERS = ("npm", "pnpm", "yarn")


@rule("stdout-on-stdio", ERROR)
def check(server: Server):
    if not server.certain or server.transport.options != ("stdio",):
        return
    led_away = common_fact(server.sdk, "stdio.stray_output") == "stderr"
    skipped = server.sdk.is_npm
    # A logger is one place for all its lines.
    tools = tuple(label for label in server.prints if label not in server.printed)
    for labels, when, severity in (
        (server.printed, "before it serves", WARNING if skipped else ERROR),
        (server.printed_maybe, "under a condition before it serves", WARNING),
        (tools, "while it serves", NOTE if led_away else WARNING),
    ):
        if labels:
            first, *others = labels
            tool = first.span.text.strip("\"'")
            who = f"{server.title} writes"
            if tool in MANAGERS:
                who, when = f"`{tool}` writes the script that it runs", f"before {server.title} serves"
            message = f"{who} to standard output {when}, but clients read protocol messages from there"
            notes = (*(Label(each.span.head, "and here") for each in others[:8]), *server.transport.trace)
            yield Finding(message, first.span, notes, fix_for(labels, labels is tools, server.columns), severity)


def fix_for(labels, safe, columns):
    """The fix that sends everything to standard error, or None where one of the places cannot be rewritten.

    What is printed before the server serves may be what other ways through the program are there for: it is, where a
    dry run returns next.
    """
    spans = [each.span for each in labels]
    files = dict.fromkeys(span.source for span in spans if span.text.startswith("print"))
    edits = [edit(span, columns) for span in (*spans, *(span for source in files for span in handled(source, spans)))]
    # What says by itself where it prints may mean it.
    if None in edits or any(re.search(r"\bfile\s*=\s*sys\.stdout\b", span.text) for span in spans):
        return None
    if any(map(shadows_sys, files)) or (not safe and any(ends_function(source, spans) for source in files)):
        return None
    streams = [each for each in edits if each.span.text == "sys.stdout"]
    comments = dict.fromkeys(
        edit for span in (*spans, *(each.span for each in streams)) for edit in comment_edits(span) if streams
    )
    return Fix("write to standard error", (*filter(None, map(importing, files)), *edits, *comments), safe)


def comment_edits(span):
    """The edits of the comments beside a place and right above it that call it `stdout`."""
    text = span.source.text
    start, end = text.rfind("\n", 0, span.start) + 1, text.find("\n", span.end)
    while start and (line := text[text.rfind("\n", 0, start - 1) + 1 : start]).lstrip().startswith("#"):
        start -= len(line)
    above = text[start : text.rfind("\n", 0, span.start) + 1]
    beside = re.compile(r"[^\n\"']*#[^\n]*").match(text, span.end, end if end >= 0 else len(text))
    for found in re.finditer(r"\bstdout\b", above):
        yield Edit(Span(span.source, start + found.start(), start + found.end()), "stderr")
    for found in re.finditer(r"\bstdout\b", beside[0] if beside else ""):
        yield Edit(Span(span.source, span.end + found.start(), span.end + found.end()), "stderr")


def handled(source, spans):
    """The prints in handlers of exceptions of the functions in which some of the places stand, and in the branches
    beside one with such a place, besides these."""
    for function in ast.walk(parsed(source.text)):
        if isinstance(function, (ast.Module, ast.FunctionDef, ast.AsyncFunctionDef)):
            own = list(nodes_inside(function))
            if any(is_print(node) and span_of(source, node) in spans for node in own):
                handlers = [node for node in own if isinstance(node, ast.ExceptHandler)]
                choices = (node for node in own if isinstance(node, ast.If))
                blocks = [*handlers, *(each for choice in choices for each in branches(source, choice, spans))]
                found = (span_of(source, node) for block in blocks for node in nodes_inside(block) if is_print(node))
                yield from (span for span in dict.fromkeys(found) if span not in spans)


def branches(source, choice, spans):
    """Both branches of an `if` where one has a place and none leaves: what they print is of one kind."""
    both = [ast.Module(body, []) for body in (choice.body, choice.orelse)]
    nodes = [node for branch in both for node in nodes_inside(branch)]
    leaving = any(
        isinstance(node, ast.Return) or "exit" in getattr(node, "attr", getattr(node, "id", "")) for node in nodes
    )
    printed = any(is_print(node) and span_of(source, node) in spans for node in nodes)
    return both if printed and not leaving else []


def ends_function(source, spans):
    """Whether one of the places is followed by a way out of its function, for which it then is the answer."""
    for body in (node.body for node in ast.walk(parsed(source.text)) if hasattr(node, "body")):
        for one, following in pairwise(body if isinstance(body, list) else ()):
            leaves = isinstance(following, ast.If) and isinstance(following.body[0], ast.Return)
            if leaves and isinstance(one, ast.Expr) and span_of(source, one.value) in spans:
                return True
    return False


def parsed(text):
    """The syntax tree of a text, an empty one where it is no Python that is read here."""
    try:
        return ast.parse(text)
    except (ValueError, SyntaxError, MemoryError, RecursionError):
        return ast.Module([], [])


def span_of(source, node):
    """Where a node stands, which counts lines from 1 and columns in bytes."""
    lines = starts(source.text)
    ends = ((node.lineno, node.col_offset), (node.end_lineno, node.end_col_offset))
    found = [lines[number - 1] + characters(source.text, lines[number - 1], column) for number, column in ends]
    return Span(source, *found)


def characters(text, start, column):
    """How many characters so many bytes of a line are."""
    return len(text[start : start + column].encode("utf-8", "replace")[:column].decode("utf-8", "replace"))


def nodes_inside(node):
    """The nodes below one, without those of functions and classes in it."""
    waiting = list(ast.iter_child_nodes(node))
    while waiting:
        node = waiting.pop()
        yield node
        if not isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef, ast.Lambda)):
            waiting += ast.iter_child_nodes(node)


def is_print(node):
    """Whether a call prints to standard output."""
    match node:
        case ast.Call(func=ast.Name(id="print"), keywords=given):
            return all(keyword.arg != "file" for keyword in given)
    return False


def edit(span, columns):
    """The edit that turns one way of writing to standard error, or None."""
    text = span.text
    if found := re.match(r"(?:globalThis\.)?console\.(\w+)(?=\()", text):
        return Edit(Span(span.source, span.start + found.start(1), span.start + found.end(1)), "error")
    if re.match(r"(echo|printf)\b", text):
        return Edit(span._replace(start=span.end), " >&2")
    if text.startswith("print(") and (added := redirecting_edit(span, columns)):
        return added
    at = [found.start() for found in re.finditer(r"\bsys\.stdout\b", text)]
    start = span.start + at[0] if len(at) == 1 else 0
    return Edit(Span(span.source, start, start + len("sys.stdout")), "sys.stderr") if len(at) == 1 else None


def redirecting_edit(span, columns):
    """The edit that tells a call of `print` where to print, None where it cannot be told by an insertion."""
    match parsed(span.text).body:
        case [ast.Expr(value=ast.Call() as call)] if is_print(call):
            given = [span_of(span.source._replace(text=span.text), each) for each in (*call.args, *call.keywords)]
        case _:
            return None
    if not given:
        return Edit(Span(span.source, span.end - 1, span.end - 1), "file=sys.stderr")
    if wrapped := wrapped_call(span, columns, [each.text for each in sorted(given, key=lambda each: each.start)]):
        return wrapped
    last = max(given, key=lambda each: each.end)
    site = item_after(
        last, len(span.text) - 1, "file=", "", any(last == span_of(last.source, each) for each in call.keywords)
    )
    at = site and Span(span.source, span.start + site.span.start, span.start + site.span.end)
    return site and Edit(at, f"{site.before}sys.stderr{site.after}")


def wrapped_call(span, columns, given):
    """The edit of a call that has a line for itself and would grow too long, broken as formatters do.

    Too long is what has more characters than the project tells them, else more than their 88 and than one line in a
    hundred of the file.
    """
    text = span.source.text
    start, end = text.rfind("\n", 0, span.start) + 1, text.find("\n", span.end)
    indent, behind = text[start : span.start], text[span.end : end if end >= 0 else len(text)]
    arguments = [*given, "file=sys.stderr"]
    lengths = sorted(map(len, text.splitlines()))
    most = columns or max(88, lengths[-1 - len(lengths) // 100])
    plain = span.text == f"print({', '.join(given)})" and "\n" not in span.text and not indent.strip(" ")
    if not plain or behind.strip() or len(f"{indent}print({', '.join(arguments)})") <= most:
        return None
    inner = f"\n{indent}    "
    one = f"{inner}{', '.join(arguments)}\n{indent}"
    if len(one.splitlines()[1]) > most:
        one = "".join(f"{inner}{each}," for each in arguments) + f"\n{indent}"
    return Edit(span._replace(start=span.start + len("print("), end=span.end - 1), one)


def importing(source):
    """The edit that imports `sys` into a module, None where it is imported already."""
    try:
        body = ast.parse(source.text).body
    except (ValueError, SyntaxError, MemoryError, RecursionError):
        return None
    imports = [name for each in body if isinstance(each, (ast.Import, ast.ImportFrom)) for name in each.names]
    if any(name.name == "sys" and not name.asname for name in imports):
        return None
    newline = "\r\n" if "\r\n" in source.text else "\n"
    first = next(each for each in body if not is_head(each))
    heads = list(takewhile(is_head, body))
    run = list(takewhile(lambda each: isinstance(each, (ast.Import, ast.ImportFrom)), body[body.index(first) :]))
    standard = [each for each in run if is_standard(each)]
    # isort puts plain imports first, or all by name, and a blank line between the standard library and the rest.
    kinds, names = [isinstance(each, ast.ImportFrom) for each in standard], list(map(module, standard))
    mixed = kinds != sorted(kinds) and names == sorted(names)
    after = (each for each, own in zip(standard, kinds, strict=True) if module(each) > "sys" or (own and not mixed))
    if standard:
        line, blank = next((each.lineno for each in after), standard[-1].end_lineno + 1), 1
    elif heads and not run:
        text = source.text
        end = span_of(source, heads[-1]).end
        at = text.find("\n", end) + 1 or len(text)
        return Edit(Span(source, at, at), f"{newline}import sys{newline}")
    else:
        line = min([first.lineno, *(each.lineno for each in getattr(first, "decorator_list", ()))])
        blank = 2 if run else 3
    start = [0, *(end.end() for end in re.finditer(r"\r\n?|\n", source.text))][line - 1]
    return Edit(Span(source, start, start), f"import sys{newline * blank}")


def is_standard(statement):
    """Whether an import is of the standard library."""
    name = statement.module or "." if isinstance(statement, ast.ImportFrom) else statement.names[0].name
    return name.partition(".")[0] in sys.stdlib_module_names


def module(statement):
    """The name of the module that an import is of, or the first one."""
    return statement.module or "" if isinstance(statement, ast.ImportFrom) else statement.names[0].name


def shadows_sys(source):
    """Whether a module uses the name `sys` for something else, or imports it not for all of itself."""
    own = r"(?<!import )\bsys\s*(?:=(?!=)|:|,|\))|\bas\s+sys\b|\b(?:class|def)\s+sys\b|(?m:^[ \t]+import\s+sys\b)|;\s*import\s+sys\b"
    return re.search(own, source.text) is not None


def is_head(statement):
    """Whether a statement has to come first: the docstring, or an import of `__future__`."""
    match statement:
        case ast.Expr(value=ast.Constant()) | ast.ImportFrom(module="__future__"):
            return True
    return False
