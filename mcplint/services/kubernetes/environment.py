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
from mcplint.values import HOLE, Label, Value

REFERENCE = re.compile(r"\$\$|\$\(([A-Za-z_][A-Za-z0-9_.-]*)\)")

STORES = (("configMap", "ConfigMap"), ("secret", "Secret"))

Env = dict[str, Value[str | None]]


def has_unseen_variables(node: Node, pods: Resource, cluster: Cluster) -> bool:
    """Whether a container takes variables from a ConfigMap that has to be there and is not in the project.

    Of a Secret that is not there it is taken that it holds no more than secrets.
    """
    maps = [at(source, "configMapRef") for source in items(at(node, "envFrom"))]
    needed = [texts(one) for one in maps if one is not None and texts(one).get("optional") != "true"]
    return any(cluster.get("ConfigMap", one.get("name", ""), pods) is None for one in needed)


def environment(node: Node, pods: Resource, cluster: Cluster) -> tuple[Env, tuple[Label, ...]]:
    """The variables of a container, those of the project's ConfigMaps and Secrets filled in, and notes on what else
    may be set."""
    found: Env = {}
    notes: list[Label] = []
    for source in items(at(node, "envFrom")):
        (store, _), prefix = _referred_object(source, "Ref", pods, cluster), texts(source).get("prefix", "")
        if store is None:
            notes.append(Label(source.span.head, "variables from here are not known"))
            continue
        for key, value in _entries(store):
            found[prefix + key.text] = _stored_value(store, key, value, prefix + key.text)
    for entry in items(at(node, "env")):
        variable = texts(entry).get("name")
        if variable is None:
            notes.append(Label(entry.span.head, "a variable without a name"))
            continue
        given = _variable(entry, variable, pods, cluster)
        before = found[variable].trace if variable in found else ()
        found[variable] = _expanded(given._replace(trace=(*before, *given.trace)), found)
    return found, tuple(notes)


def _referred_object(
    node: Node | None, reference: str, pods: Resource, cluster: Cluster
) -> tuple[Resource | None, str]:
    """The ConfigMap or Secret that is referred to, None where no file has it, and the key that is asked for."""
    for key, kind in STORES:
        reference_fields = texts(at(node, f"{key}{reference}"))
        if "name" in reference_fields:
            return cluster.get(kind, reference_fields["name"], pods), reference_fields.get("key", "")
    return None, ""


def _entries(store: Resource) -> tuple[tuple[ScalarNode, Node], ...]:
    return pairs(at(store.node, "data")) + pairs(at(store.node, "stringData"))


def _stored_value(store: Resource, key: ScalarNode, value: Node, name: str) -> Value[str | None]:
    """An entry of a ConfigMap; one of a Secret is known to be empty, or else any text, which is not shown."""
    note = f"the {store.kind} {store.name.text} sets {name}"
    if store.kind == "ConfigMap":
        return optional(value, note)
    return Value(("",) if isinstance(value, ScalarNode) and not value.text else None, (Label(key.span, note),))


def _variable(entry: Node, name: str, pods: Resource, cluster: Cluster) -> Value[str | None]:
    """What an entry of `env` gives: a value, a key of a ConfigMap of the project, or something not known."""
    value_node = at(entry, "value")
    if value_node is not None:
        return string(value_node, f"the container sets {name}")
    if at(entry, "valueFrom") is None:
        return Value(("",), (Label(entry.span.head, f"the container sets {name} to nothing"),))
    note = Label(entry.span.head, f"the container takes {name} from elsewhere")
    store, wanted = _referred_object(at(entry, "valueFrom"), "KeyRef", pods, cluster)
    held = next((entry for entry in _entries(store) if entry[0].text == wanted), None) if store else None
    if store is None or held is None:
        return Value(None, (note,))
    found = _stored_value(store, *held, name)
    return found._replace(trace=(note, *found.trace))


def _expanded(value: Value[Any], env: Env) -> Value[Any]:
    """The value with `$(NAME)` replaced by variables before it; those of no variable stay."""
    text = value.only
    if text is None or "$(" not in text:
        return value
    filled = _with_variables(text, env)
    if filled is None or HOLE in filled:
        return Value(None, value.trace, partly=filled or "")
    return Value((filled,), value.trace, value.site if filled == text else None)


def _with_variables(text: str, env: Env) -> str | None:
    """The text with its references replaced, HOLE for one that is not known; None where all make too much."""

    def replace(match: re.Match[str]) -> str:
        name = match[1]
        if name is None:
            return "$"
        if name not in env:
            return match[0]
        known = env[name].only
        return HOLE if known is None else known

    return bounded_sub(REFERENCE, replace, text)


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


def with_variables(command: Argv | None, env: Env) -> Argv | None:
    """A command whose words have their `$(NAME)` replaced."""
    if command is None or command.words is None:
        return command
    return command._replace(words=tuple(_expanded(word, env) for word in command.words))
