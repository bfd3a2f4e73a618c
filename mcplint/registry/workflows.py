"""GitHub workflows that publish to the registry, and what goes wrong in them."""

from __future__ import annotations

import re
from collections.abc import Iterator

from mcplint.facts.document import Node, at, items, pairs, scalar
from mcplint.findings import NOTE, WARNING, Finding, Fix
from mcplint.knowledge.registry import CURRENT
from mcplint.model import Manifest
from mcplint.registry.conditions import Event, events, step_runs, triggers
from mcplint.registry.hidden_failures import hidden_failures
from mcplint.registry.properties import packages
from mcplint.registry.uploads import INDEXES, Upload, uploaded, uploads_before
from mcplint.registry.waits import longest_pause, waits
from mcplint.registry.workflow_steps import PUBLISH, Step, runs_before, steps
from mcplint.text.source import Edit, Span
from mcplint.values import Label

_LOGIN = r"mcp-publisher(?:\.exe)?[\"']?[ \t]+login[ \t]+(github-oidc|github)\b([^\n;&|]*)"
# The variable that the publisher takes a token from where it is given none.
_TOKEN = "MCP_GITHUB_TOKEN"
# A release in a URL, through a variable of the shell or of the workflow.
_RELEASE = r"(?:\$\{\{[ \t]*env\.(\w+)[ \t]*\}\}|\$\{?(\w+)\}?|(\d[\d.]*))"
# What every release of the publisher comes as.
_ASSETS = [
    f"mcp-publisher_{system}_{cpu}.tar.gz" for system in ("linux", "darwin", "windows") for cpu in ("amd64", "arm64")
]
_ASSET = (
    r"registry/releases/(?:latest/download|download/[^/\s\"']+)/"
    r"((?:mcp-)?publisher(?:[\w.-]*?\.(?:tar\.gz|tgz|zip)|[_-][a-z]{5,7}[_-](?:amd64|arm64|x86_64|aarch64|x64)))(?![\w.])"
)
_MACHINE = r"registry/releases/(?:latest/download|download/[^/\s\"']+)/mcp-publisher_[^\n/]{0,99}?(\$\(uname -m\))\.tar"
_SPELLINGS = {"x86_64": "amd64", "x64": "amd64", "aarch64": "arm64", "macos": "darwin", ".zip": ".tar.gz", "-": "_"}
# What may write the version of packages besides `.version =`: what names them, what goes through a whole document, and
# what changes texts.
_STAMPS = re.compile(r"packages|\bwalk\(|\.\.\||\.\.[ \t]*\||\b(?:sed|perl)\b|\brecurse\b")
# A package by its number, in jq, Node or Python, or all of them; its version that is set; what goes through a whole
# document.
_NUMBERED = r"(?:\.|[\"'])packages\b[\"']?[ \t]*\]?\??\.?(?:\[(\d{0,9})\])?"
_WRITES = _NUMBERED + r"\)?(?:\.version|\[[\"']version[\"']\])[ \t]*+(?:\)[ \t]*+)?\|?=(?!=)"
_GENERAL = re.compile(r"\bwalk\(|\.\.\||\.\.[ \t]*\||\b(?:sed|perl)\b|\brecurse\b")
# What takes minutes: an image is built, or a program compiled.
_BUILDS = re.compile(
    r"docker/(?:build-push|bake)-action|docker (?:buildx |image )?(?:build|bake)\b|(?:go|cargo) build"
    r"|(?m:^[ \t]*+make )"
)

MOST_PUBLISHING = 50
"""Steps of workflows that publish or upload, each of which is compared with all steps; nobody has so many."""
# Conditions under which a step runs although one before it failed, what makes them hold for successes alone, and what
# asks where a workflow runs.
_ANYWAY = re.compile(r"\balways\(\)|![ \t]*cancelled\(\)|\bfailure\(\)")
_ASKS = re.compile(r"\.(?:result|outcome|conclusion)\b|![ \t]*failure\(\)")
# What a run finds out before it uploads, and scripts that decide for themselves.
_DECIDED = re.compile(r"\boutputs\.|\bhead_commit\.message\b")
_CHOOSES = re.compile(r"\boutputs\.|\bif\b|\[\[? |\btest |\|\|")
_FAILS = re.compile(r"\bexit [1-9]|\bsetFailed\b")
_WHERE = re.compile(r"event_name|EVENT_NAME|github\.(?:ref|head_ref|base_ref|event)\b|GITHUB_(?:HEAD_)?REF")


def failing_steps(manifest: Manifest) -> Iterator[Finding]:
    """Steps that fail, or that publish where nobody wants it."""
    for step in steps(manifest):
        for span, match in step.matches(PUBLISH):
            flags = [word for word in match[1].split() if word.startswith("-")]
            dry = next((word for word in flags if "dry" in word), None)
            if dry:
                message = f"`{dry}` does not prevent publishing: the publisher ignores flags and has no dry run"
                yield Finding(message, span)
            elif flags:
                message = f"`{flags[0]}` has no effect: the publisher ignores flags, only a path may follow `publish`"
                yield Finding(message, span, severity=WARNING)
        yield from _logins(step)
        yield from _versions(step, manifest)
        yield from _assets(step)
        yield from _processors(step)


def _logins(step: Step) -> Iterator[Finding]:
    for span, match in step.matches(_LOGIN):
        if match[1] == "github" and not re.search(r"-?-token\b", match[2]) and not step.sets_variable(_TOKEN):
            yield Finding(
                "`login github` waits for a person with a browser: a workflow needs `--token` or `login github-oidc`",
                span,
            )
        elif match[1] == "github-oidc" and not _may_identify(step):
            message = (
                "`login github-oidc` gets no identity: neither job nor workflow has `permissions: id-token: write`"
            )
            yield Finding(message, span)


def _may_identify(step: Step) -> bool:
    """Whether the job may ask for an identity, as far as can be told: a workflow that is called gets its caller's."""
    permissions = step.job.get("permissions") or step.workflow.get("permissions")
    if permissions is None:
        return "workflow_call" in step.workflow.span.text
    return scalar(permissions) == "write-all" or scalar(at(permissions, "id-token")) == "write"


def _oidc_logins(manifest: Manifest, step: Step) -> Iterator[Span]:
    """Where a job logs in at the official registry with GitHub's identity."""
    for other in steps(manifest):
        if other.job is step.job:
            yield from (
                span
                for span, match in other.matches(_LOGIN)
                if match[1] == "github-oidc" and not re.search("-registry|-audience", match[2])
            )


def _versions(step: Step, manifest: Manifest) -> Iterator[Finding]:
    """Publishers that are pinned to a release that today's schema or registry outgrew."""
    for span, match in step.matches(rf"registry/releases/download/v?{_RELEASE}/mcp-publisher[^\s\"'|]*"):
        pinned = re.fullmatch(r"v?(\d{1,4})\.(\d{1,4})\.(\d{1,4})", match[3] or step.variable(match[1] or match[2]))
        release = tuple(map(int, pinned.groups())) if pinned else (9,)
        pin = ".".join(map(str, release))
        login = next(_oidc_logins(manifest, step), None) if release < (1, 7, 6) else None
        if login:
            message = f"release {pin} of the publisher fails at `login github-oidc`: the registry wants 1.7.6 or newer"
            yield Finding(message, span, (Label(login, "it logs in here"),))
        elif release < (1, 4, 0) and manifest.document.date == CURRENT:
            yield Finding(f"release {pin} of the publisher rejects the {CURRENT} schema, which 1.4.0 accepts", span)
        elif release < (1, 8, 0):
            yield Finding(
                f"release {pin} of the publisher is older than the registry's checks, which are those of 1.8.0",
                span,
                severity=NOTE,
            )


def _assets(step: Step) -> Iterator[Finding]:
    """Downloads of a file that no release of the publisher has; the first releases had their version in the name."""
    for span, match in step.matches(_ASSET):
        asked = match[1]
        first = re.match(r"mcp-publisher_v?\d[\w.]*?(?=_[a-z])", asked)
        latest = "latest/download" in match[0]
        if asked in _ASSETS or (re.match(r"mcp-publisher_v?\d", asked) and not (first and latest)):
            continue
        asset = span._replace(start=span.start + match.start(1) - match.start())
        target = (asked[first.end() :] if first else re.sub(r"^(?:mcp-)?publisher", "", asked)).lower()
        for other, ours in _SPELLINGS.items():
            target = target.replace(other, ours)
        right = f"mcp-publisher{target}" if "." in asked else ""
        fix = Fix(f"download {right}", (Edit(asset, right),)) if right in _ASSETS else None
        which = "the latest release of the publisher has no" if first else "no release of the publisher has"
        message = f"{which} `{asked[:80]}`: its files are called like {_ASSETS[0]}"
        yield Finding(message, asset, fix=fix)


def _processors(step: Step) -> Iterator[Finding]:
    """Downloads of a file that is named by the processor as Linux calls it, which is not what the publisher does."""
    system = scalar(step.job.get("runs-on"))
    for span, match in step.matches(_MACHINE) if "ubuntu" in system and "arm" not in system else ():
        asset = span._replace(
            start=span.start + match.start(1) - match.start(), end=span.start + match.end(1) - match.start()
        )
        message = f"`uname -m` says x86_64, but the publisher's files are called like {_ASSETS[0]}"
        yield Finding(message, asset)


def fragile_steps(manifest: Manifest) -> Iterator[Finding]:
    """Steps that work until something else goes wrong."""
    listed = list(steps(manifest))
    uploads: dict[int, list[Upload]] = {}
    scripts: dict[int, list[Step]] = {}
    for step in listed:
        own = uploads.setdefault(id(step.workflow), [])
        if len(own) <= MOST_PUBLISHING and (kind := uploaded(step, manifest, listed)):
            own.append(Upload(step, kind))
        if step.run and "server.json" in step.run.text:
            scripts.setdefault(id(step.job), []).append(step)
    for own in uploads.values():
        for more in own[MOST_PUBLISHING:]:
            message = f"more than {MOST_PUBLISHING} steps upload, and those from this one on are not looked at"
            yield Finding(message, _upload_label(more.step).span, severity=NOTE)
        del own[MOST_PUBLISHING:]
    for stamps in scripts.values():
        yield from _partial(manifest, stamps)
    publishing = [each for each in listed if each.publishes()]
    for step in publishing[MOST_PUBLISHING : MOST_PUBLISHING + 1]:
        message = f"more than {MOST_PUBLISHING} steps publish, and those from this one on are not looked at"
        yield Finding(message, (step.run or step.node.span).head, severity=NOTE)
    for step in publishing[:MOST_PUBLISHING]:
        yield from hidden_failures(step)
        own = uploads[id(step.workflow)]
        yield from _too_early(step, own, listed)
        questions = (
            _despite_failure(step, own, listed),
            _despite_skipped_uploads(step, own, listed),
            _from_any_branch(step),
        )
        yield from next(filter(None, map(list, questions)), ())


def _partial(manifest: Manifest, stamps: list[Step]) -> Iterator[Finding]:
    """Scripts of a job that write the server's version and leave that of its packages, or of some of them."""
    script, listed = "\n".join(step.run.text for step in stamps if step.run), packages(manifest)
    if not listed:
        return
    if not _STAMPS.search(script):
        for span, _ in (found for step in stamps for found in step.matches(r"\.version\s*\|?=[^=][^\n]*")):
            yield Finding(
                "the script sets the server's version but not that of its packages, which stays the old one", span
            )
        return
    named = [found for step in stamps for found in step.matches(_NUMBERED)]
    if any(not match[1] for _, match in named) or _GENERAL.search(script) or not re.search(_WRITES, script):
        return
    stale = [node for number, node in enumerate(listed) if str(number) not in {match[1] for _, match in named}]
    if named and stale:
        text = f"the script sets the version of some packages and leaves {len(stale)} of {len(listed)} at the old one"
        yield Finding(text, named[0][0], tuple(Label(node.span.head, "this one stays") for node in stale))


def _too_early(step: Step, uploads: list[Upload], listed: list[Step]) -> Iterator[Finding]:
    """Publishing that does not wait for the uploads of packages in the same workflow, or only just."""
    span = next(step.matches(PUBLISH))[0]
    late = [other.step for other in uploads if not uploads_before(other, step)]
    between = list(_steps_after_upload(step, uploads, listed))
    if late and len(late) == len(uploads):
        indexed = all(other.kind in INDEXES for other in uploads)
        waiting = any(waits(other) for other in listed if other.job is step.job)
        if step.job.get("needs") and (waiting or not indexed):
            return
        notes = (_upload_label(late[0]),)
        yield Finding("publishing does not wait for the upload of the package, which the registry checks", span, notes)
        return
    slow = next((other for other in uploads if other.kind in INDEXES and other.step not in late), None)
    if slow and not any(map(waits, between)) and not _after_long_build(step, slow.step, listed):
        pause = max((longest_pause(other) or 0 for other in between), default=0)
        when = f"only {pause} s later" if pause else "at once"
        tried = f"publishing follows the upload {when} and tries once"
        message = f"{tried}, but {INDEXES[slow.kind]} may not show a new release for minutes"
        yield Finding(message, span, (_upload_label(slow.step),))


def _despite_failure(step: Step, uploads: list[Upload], listed: list[Step]) -> Iterator[Finding]:
    """Publishing that runs even where the upload before it failed, and that no step of its job keeps back then."""
    conditions = scalar(step.node.get("if")) + scalar(step.job.get("if"))
    for upload, _ in uploads:
        node = (step.node if upload.job is step.job else step.job).get("if")
        named = re.search(rf"\b(?:needs\.{re.escape(upload.name)}|steps)\.[\w-]+", conditions)
        if (
            runs_before(upload, step)
            and _ANYWAY.search(scalar(node))
            and not (named or _ASKS.search(conditions))
            and node
        ):
            if not step.node.get("if") and any(_waits_or_fails(other) for other in listed if other.job is step.job):
                return
            message = f"`if: {scalar(node).strip()[:60]}` publishes even where the upload of the package failed"
            yield Finding(message, node.span, (_upload_label(upload),))
            return


def _despite_skipped_uploads(step: Step, uploads: list[Upload], listed: list[Step]) -> Iterator[Finding]:
    """Publishing in a run for which a condition keeps every upload of a package back."""
    if not uploads or _CHOOSES.search(step.node.span.text) or _guarded_by_step(step, listed):
        return
    guards = [guard for other, _ in uploads if (guard := _guard(other))]
    if len(guards) < len(uploads) or (
        step.job.get("environment") and all(other.job is not step.job for other, _ in uploads)
    ):
        return
    started = list(events(step.workflow))
    if not any(all(step_runs(other, event) is not False for other, _ in uploads) for event in started):
        return
    chosen = len({scalar(guard) for guard in guards}) == 1 and _DECIDED.search(scalar(guards[0]))
    ordinary = [event for event in started if _is_ordinary(event)]
    tried = [
        event
        for event in ordinary
        if step_runs(step, event) and (chosen or all(step_runs(other, event) is False for other, _ in uploads))
    ]
    for event in tried[:1]:
        when = event.name.replace("_", " ")
        if len(tried) < len(ordinary) and event.name == "push":
            when += f" to `{event.value('github.ref_name')}`"
        condition = scalar(guards[0]).strip()[:60]
        message = f"publishing is tried after every {when}, but the package is uploaded only `if: {condition}`"
        notes = (Label(guards[0].span, "this keeps the upload to releases"),)
        yield Finding(message, next(step.matches(PUBLISH))[0], notes)


def _guard(step: Step) -> Node | None:
    """The condition of a step, else that of its job or of one that this waits for."""
    waited = [step.awaited[name].get("if") for name in sorted(step.awaited)]
    return next((node for node in (step.node.get("if"), step.job.get("if"), *waited) if node is not None), None)


def _is_ordinary(event: Event) -> bool:
    """Whether an event comes by itself with ordinary work, whatever files that changes."""
    if event.name == "pull_request":
        return "closed" not in map(scalar, items(at(event.settings, "types"))) and not at(event.settings, "paths")
    return event.name == "push" and event.ref.startswith("refs/heads/") and not at(event.settings, "paths")


def _from_any_branch(step: Step) -> Iterator[Finding]:
    """Publishing from pull requests, or from pushes to whatever branch, that no condition keeps from it."""
    jobs = (step.job, *step.awaited.values())
    if step.node.get("if") or any(at(job, "if") or (job and _WHERE.search(job.span.text)) for job in jobs):
        return
    for name, node, settings in triggers(step.workflow.get("on")):
        if name == "pull_request" and "closed" not in map(scalar, items(at(settings, "types"))):
            what = "what nobody has merged yet"
        elif name == "push" and not pairs(settings):
            what = "what is pushed to any branch"
        else:
            continue
        message = f"`{name}` publishes {what}: neither the step nor its job has an `if`"
        yield Finding(message, node.span, (Label(next(step.matches(PUBLISH))[0], "it is published here"),))
        return


def _upload_label(step: Step) -> Label:
    return Label((step.run or step.node.span).head, "the package is uploaded here")


def _steps_after_upload(step: Step, uploads: list[Upload], listed: list[Step]) -> Iterator[Step]:
    """The steps that run from an upload on and before a step, those two included."""
    yield step
    for other in listed:
        late = any(other is upload or runs_before(upload, other) for upload, _ in uploads)
        if late and other.workflow is step.workflow and runs_before(other, step):
            yield other


def _after_long_build(step: Step, upload: Step, listed: list[Step]) -> bool:
    """Whether a step comes after one that takes minutes, itself after an upload or beside it."""
    earlier = (each for each in listed if each.workflow is step.workflow and runs_before(each, step))
    return any(
        _BUILDS.search(each.script_or_action)
        for each in earlier
        if each is not upload and not runs_before(each, upload)
    )


def _guarded_by_step(step: Step, listed: list[Step]) -> bool:
    """Whether a step before one looks where the workflow runs, or fails by itself."""
    earlier = (other for other in listed if other.workflow is step.workflow and runs_before(other, step) and other.run)
    return any(_WHERE.search(each.script_or_action) or _FAILS.search(each.script_or_action) for each in earlier)


def _waits_or_fails(step: Step) -> bool:
    """Whether a step waits for something, and fails where that does not come."""
    return waits(step) and _FAILS.search(step.script_or_action) is not None
