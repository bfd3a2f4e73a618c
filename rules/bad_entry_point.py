r"""What starts the program cannot be called as it is

A console script imports its module and calls the function with no arguments:
`sys.exit(main())`. Five mistakes pass every build. If `main` is a coroutine
function, nothing awaits it: the process prints `<coroutine object main at …>`
and `coroutine 'main' was never awaited`, and exits. A function with required
parameters raises a `TypeError`. A name that the module does not have raises an
`ImportError`, a module that is gone a `ModuleNotFoundError`. And a script that
names a module alone builds a wheel that neither pip nor uv installs, with
everything else in it.

It is a warning where the function hands what a plain function returns to
`asyncio.run`, such as `asyncio.run(mcp.run())`: a server over stdio answers
all calls, and when its client closes the pipe the process ends with
`ValueError: a coroutine was expected, got None` and status 1, which a
supervisor takes for a crash (measured with mcp 1.30.0 and 2.3.0, fastmcp
2.14.7, 3.4.11 and 4.2.3). Over HTTP nothing differs, as `run` does not return:
SIGTERM and SIGINT end the process as they do without `asyncio.run`.

The others show only where the package is installed, with `uvx` or in an image:
`python server.py` goes another way. That has this one and the first mistake as
well: a bare `main()` under `if __name__ == "__main__"` only makes the
coroutine, and the process ends at once with status 0. It is
`asyncio.run(main())`.

Not reported for a decorated function, which may be made callable, for a name
that is bound in several ways, or for a module that the build may make. Nor for
`asyncio.run` of what may serve over HTTP.

See https://packaging.python.org/en/latest/specifications/entry-points/

## Bad
`pyproject.toml`
```toml
[project]
name = "notes"
version = "1.0.0"
dependencies = ["mcp>=1.27,<2"]

[project.scripts]
notes = "notes:main"

[build-system]
requires = ["hatchling"]
build-backend = "hatchling.build"
```
`notes/__init__.py`
```python
import asyncio

from mcp.server.fastmcp import FastMCP

mcp = FastMCP("notes")


async def main() -> None:
    await mcp.run_stdio_async()


if __name__ == "__main__":
    asyncio.run(main())
```
```output
error[bad-entry-point]: the console script `notes` calls `notes:main`, a coroutine function that nothing awaits
 --> pyproject.toml:7:10
  |
7 | notes = "notes:main"
  |          ^^^^^^^^^^
  |
 ::: notes/__init__.py:8:1
  |
8 | async def main() -> None:
  | ------------------------- the async function is defined here
```

## Good
`notes/__init__.py`
```python
import asyncio

from mcp.server.fastmcp import FastMCP

mcp = FastMCP("notes")


async def serve() -> None:
    await mcp.run_stdio_async()


def main() -> None:
    asyncio.run(serve())


if __name__ == "__main__":
    main()
```
"""

from mcplint import ERROR, WARNING, EntryPoint, Finding, rule


@rule("bad-entry-point", ERROR)
def check(script: EntryPoint):
    called = script.called
    if called is None:
        return
    notes = (called.function,) if called.function else ()
    severity = None
    if not called.named:
        why = "which names no function, and so cannot be installed"
    elif called.lost:
        why = "and the project has no such module"
    elif called.missing:
        why = "and the module has no such name"
    elif called.awaits:
        why = "a coroutine function that nothing awaits"
    elif called.takes:
        why = f"which needs {', '.join(f'`{name}`' for name in called.takes)} and is given nothing"
    elif called.runs:
        why = "which awaits a plain function, and so ends with an error when that returns"
        notes, severity = (*notes, called.runs), WARNING
    else:
        return
    caller = f"the console script `{script.name}`" if script.console else f"`{script.project}`"
    message = f"{caller} calls `{script.target}`, {why}"
    if called.runs and not script.console:
        message = f"{caller} awaits what the plain function `{script.target}` returns, and ends with an error then"
    yield Finding(message, script.span, notes, severity=severity)
