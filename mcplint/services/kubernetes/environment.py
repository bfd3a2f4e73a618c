"""The environment of a Kubernetes container, and the references to it in commands."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any

from mcplint.facts.document import Node, ScalarNode, at, items, pairs, texts
from mcplint.facts.platform import Resource
from mcplint.model import Argv
from mcplint.services.kubernetes.cluster import Cluster
from mcplint.services.settings import optional, string
from mcplint.text.bounded import bounded_sub
from mcplint.values import Label, Value

REFERENCE = re.compile(r"\$\$|\$\(([A-Za-z_][A-Za-z0-9_.-]*)\)")

Env = dict[str, Value[str | None]]


def environment(node: Node, pods: Resource, cluster: Cluster) -> tuple[Env, tuple[Label, ...]]:
    """The variables of a container, ConfigMaps of the project filled in, and notes on what else may be set."""
    found: Env = {}
    notes: list[Label] = []
    for source in items(at(node, "envFrom")):
        name = texts(at(source, "configMapRef")).get("name")
        store = cluster.get("ConfigMap", name, pods) if name else None
        if store is None:
            notes.append(Label(source.span.head, "variables from here are not known"))
        prefix = texts(source).get("prefix", "")
        for key, value in pairs(at(store.node, "data")) if store else ():
            found[prefix + key.text] = optional(value, f"the ConfigMap {name} sets {prefix + key.text}")
    for entry in items(at(node, "env")):
        variable = texts(entry).get("name")
        if variable is None:
            notes.append(Label(entry.span.head, "a variable without a name"))
            continue
        given = _variable(entry, variable, pods, cluster)
        before = found[variable].trace if variable in found else ()
        found[variable] = _expanded(given._replace(trace=(*before, *given.trace)), found)
    return found, tuple(notes)


def _variable(entry: Node, name: str, pods: Resource, cluster: Cluster) -> Value[str | None]:
    """What an entry of `env` gives: a value, a key of a ConfigMap of the project, or something not known."""
    said = at(entry, "value")
    if said is not None:
        return string(said, f"the container sets {name}")
    if at(entry, "valueFrom") is None:
        return Value(("",), (Label(entry.span.head, f"the container sets {name} to nothing"),))
    reference = texts(at(entry, "valueFrom", "configMapKeyRef"))
    store = cluster.get("ConfigMap", reference.get("name", ""), pods)
    note = Label(entry.span.head, f"the container takes {name} from elsewhere")
    stored = at(store.node, "data", reference.get("key", "")) if store else None
    if not isinstance(stored, ScalarNode):
        return Value(None, (note,))
    value = string(stored, f"the ConfigMap {reference['name']} sets it")
    return Value(value.options, (note, *value.trace), value.site)


def _expanded(value: Value[Any], env: Env) -> Value[Any]:
    """The value with `$(NAME)` replaced by variables before it; those of no variable stay."""
    text = value.only
    if text is None or "$(" not in text:
        return value
    filled = _filled(text, env)
    return Value(None if filled is None else (filled,), value.trace, value.site if filled == text else None)


def _filled(text: str, env: Env) -> str | None:
    """The text with its references replaced; None where one of them is not known, or all make too much."""
    unknown = False

    def replace(match: re.Match[str]) -> str:
        nonlocal unknown
        name = match[1]
        if name is None:
            return "$"
        if name not in env:
            return match[0]
        known = env[name].only
        unknown |= known is None
        return known or ""

    filled = bounded_sub(REFERENCE, replace, text)
    return None if unknown else filled


def injected(services: Iterable[Resource]) -> dict[str, Value[str]]:
    """The variables with the addresses of Services that pods of their namespace are given, one each.

    https://kubernetes.io/docs/tutorials/services/connect-applications-service/#environment-variables
    """
    found: dict[str, Value[str]] = {}
    for one in services:
        port = next(iter(items(at(one.node, "spec", "ports"))), None)
        if texts(at(one.node, "spec")).get("clusterIP") != "None" and port:
            name = f"{re.sub('[-.]', '_', one.name.text.upper())}_PORT"
            note = Label(one.name.span, f"this Service sets {name}")
            found[name] = Value((f"tcp://ADDRESS:{texts(port).get('port', '')}",), (note,))
    return found


def referring(command: Argv | None, env: Env) -> Argv | None:
    """A command whose words have their `$(NAME)` replaced."""
    if command is None or command.words is None:
        return command
    return command._replace(words=tuple(_expanded(word, env) for word in command.words))
