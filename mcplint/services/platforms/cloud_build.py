"""Cloud Run, as the steps of Cloud Build deploy to it: `gcloud run deploy` in a `cloudbuild.yaml`.

https://cloud.google.com/build/docs/build-config-file-schema
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from mcplint.facts.document import Node, ScalarNode, at, items, pairs, scalar
from mcplint.facts.platform import App
from mcplint.model import Container
from mcplint.project.tree import Tree
from mcplint.services.platforms.cloud_run import builds, deployed_service
from mcplint.values import UNKNOWN, EditSite, Label, Value

SUBSTITUTED = re.compile(r"\$\{?(_\w+)(?::-([^}]{0,1000}))?\}?")
MOST_STEPS = 200


def cloud_build(app: App, tree: Tree) -> Iterator[Container]:
    """The services that a build deploys to Cloud Run."""
    substitutions = pairs(at(app.root, "substitutions"))
    given = {key.text: value for key, value in substitutions if isinstance(value, ScalarNode)}
    steps = [(step, _words(step, given)) for step in items(at(app.root, "steps"))[:MOST_STEPS]]
    known = {
        name: made
        for step, words in steps
        for name, made in builds((Value(("docker",)), *words), scalar(at(step, "dir")) or ".", step.span.head, tree)
    }
    for step, words in steps:
        service = deployed_service(words, known, step.span.head, tree)
        if service:
            yield service


def _words(step: Node, given: Mapping[str, ScalarNode]) -> tuple[Value[str], ...]:
    return tuple(_word(node, given) for node in items(at(step, "args")))


def _word(node: Node, given: Mapping[str, ScalarNode]) -> Value[str]:
    """A word with what the file substitutes in it; `$PROJECT_ID` and the like stay as they are written."""
    if not isinstance(node, ScalarNode):
        return UNKNOWN
    used = [given[found[1]] for found in SUBSTITUTED.finditer(node.text) if found[1] in given]
    text = SUBSTITUTED.sub(lambda found: given[found[1]].text if found[1] in given else found[2] or found[0], node.text)
    site = EditSite(node.span) if node.span.text == text else None
    trace = (Label(node.span, "Cloud Build says it"), *(Label(each.span, "substitutes this") for each in used))
    return Value((text,), trace, site)
