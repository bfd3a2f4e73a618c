"""What shell scripts and the steps of GitHub workflows deploy to Cloud Run.

https://docs.github.com/en/actions/reference/workflows-and-actions/workflow-syntax,
https://github.com/google-github-actions/deploy-cloudrun
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from mcplint.commands.command_lines import program
from mcplint.commands.shell import Shell
from mcplint.commands.words import Words
from mcplint.facts.document import Node, ScalarNode, at, items, pairs, scalar
from mcplint.model import Build, Container
from mcplint.project.tree import Tree
from mcplint.services.platforms.cloud_run import builds, deployed_service
from mcplint.text.located import LocatedText
from mcplint.text.source import Source, Span
from mcplint.values import UNKNOWN, Label, Value

FILLED = re.compile(r"\$\{\{(?:[^}$]|\$(?!\{))*+\}\}")
MOST = 500


def deploy_scripts(tree: Tree, paths: tuple[str, ...]) -> Iterator[Container]:
    """The services that these files deploy."""
    for path in paths:
        source = tree.source(path)
        if source is None:
            continue
        if path.startswith(".github/"):
            yield from _workflow(source, tree)
        else:
            yield from _script(LocatedText(source, source.text), Span(source, 0, 0), {}, tree)


def _script(script: LocatedText, span: Span, known: Mapping[str, Build], tree: Tree) -> Iterator[Container]:
    """The services that the commands of a script deploy, of images that it has built or others before it have."""
    # A variable that nothing sets stays as it is written: one word, of which nothing is known.
    shell = Shell(lambda name: Value((f"${name}",)), None, every=True)
    made = dict(known)
    for number, ran in enumerate(shell.run(script)):
        words = ran.argv or ()
        if number > MOST:
            return
        if program(words) == "docker":
            made.update(builds(words, ".", ran.span, tree))
        elif program(words) == "gcloud":
            made.update(_submitted_builds(words, ran.span, tree))
            service = deployed_service(words[1:], made, ran.span, tree)
            if service:
                yield service


def _submitted_builds(words: Words, span: Span, tree: Tree) -> Iterator[tuple[str, Build]]:
    """The image of `gcloud builds submit --tag NAME [FOLDER]`."""
    if [word.only for word in words[1:3]] == ["builds", "submit"]:
        rest = tuple(word for word in words[3:] if word.only != "--quiet")
        folder = () if any(word.only and not word.only.startswith("-") for word in rest[2:]) else (Value((".",)),)
        yield from builds((*words[:1], Value(("build",)), *rest, *folder), ".", span, tree)


def _workflow(source: Source, tree: Tree) -> Iterator[Container]:
    """What the jobs of a workflow deploy, in their scripts and with Google's own action."""
    root = tree.facts("yaml.document", source.path)
    for _, job in pairs(at(root, "jobs")):
        for step in items(at(job, "steps")):
            run = at(step, "run")
            if isinstance(run, ScalarNode):
                yield from _script(_located(run.span), run.span, {}, tree)
            elif scalar(at(step, "uses")).startswith("google-github-actions/deploy-cloudrun@"):
                service = deployed_service(_gcloud_words(at(step, "with")), {}, step.span.head, tree)
                if service:
                    yield service


def _located(span: Span) -> LocatedText:
    """A script with a variable in place of each `${{ … }}`, of the same length."""
    return LocatedText.of(span)._replace(text=FILLED.sub(lambda found: "$".ljust(len(found[0]), "_"), span.text))


def _gcloud_words(given: Node | None) -> Words:
    """What the action is told, as `gcloud` would be."""
    words: list[Value[str]] = [Value(("run",)), Value(("deploy",))]
    for key, value in pairs(given):
        word = _word(value)
        if key.text == "service":
            words.append(word)
        elif key.text in ("image", "source") and word.trace:
            words += [Value((f"--{key.text}",)), word]
        elif key.text == "flags" and isinstance(value, ScalarNode):
            flags = value.span.source.text[value.span.start : value.span.end]
            for found in re.finditer(r"[^\s\"']+", flags):
                span = Span(value.span.source, value.span.start + found.start(), value.span.start + found.end())
                words.append(Value((found[0],), (Label(span, "the workflow says it"),)))
    return tuple(words)


def _word(node: Node) -> Value[str]:
    if not isinstance(node, ScalarNode):
        return UNKNOWN
    return Value(None if FILLED.search(node.text) else (node.text,), (Label(node.span, "the workflow says it"),))
