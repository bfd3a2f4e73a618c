"""The steps of GitHub workflows: what they run, and which come before others."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from graphlib import CycleError, TopologicalSorter
from typing import NamedTuple

from mcplint.facts.document import MappingNode, ScalarNode, at, items, pairs, scalar
from mcplint.model import Manifest
from mcplint.text.source import Span

PUBLISH = r"mcp-publisher(?:\.exe)?[\"']?[ \t]+publish\b(?![ \t]+(?:--help|-h)\b)([^\n;&|]*)"


class Step(NamedTuple):
    """One step of a job, with the job and the whole workflow around it; `run` is its script as it is written.

    `awaited`: the jobs that its job waits for, by name.
    """

    workflow: MappingNode
    job: MappingNode
    name: str
    position: int
    node: MappingNode
    awaited: Mapping[str, MappingNode]

    @property
    def run(self) -> Span | None:
        node = self.node.get("run")
        return node.span if isinstance(node, ScalarNode) else None

    def variable(self, name: str) -> str:
        """What a variable is set to in the script, the step, its job or the workflow; empty where it is not."""
        own = [
            match[1] for _, match in self.matches(rf"(?m)^[ \t]*(?:export[ \t]+)?{name}=[\"']?([\w.]+)[\"']?[ \t]*;?$")
        ]
        values = (scalar(at(owner, "env", name)) for owner in (self.node, self.job, self.workflow))
        return next(filter(None, (*own, *values)), "")

    def sets_variable(self, name: str) -> bool:
        """Whether a variable is set for the step: by itself, its job or the workflow, or by a script of its job."""
        owners = (self.node, self.job, self.workflow)
        scripts = (scalar(each.get("run")) for each in items(self.job.get("steps")) if isinstance(each, MappingNode))
        return any(at(owner, "env", name) for owner in owners) or any(f"{name}=" in script for script in scripts)

    def matches(self, pattern: str) -> Iterator[tuple[Span, re.Match[str]]]:
        """Every match in the script that no comment hides."""
        if self.run is None:
            return
        for match in re.finditer(pattern, self.run.text):
            line = self.run.text.rfind("\n", 0, match.start()) + 1
            if "#" not in self.run.text[line : match.start()].split('"')[0]:
                start = self.run.start + match.start()
                yield Span(self.run.source, start, start + len(match[0].rstrip())), match

    @property
    def script_or_action(self) -> str:
        """Its script, or the action that it uses."""
        return (self.run.text if self.run else "") + scalar(self.node.get("uses"))

    def publishes(self) -> bool:
        return any(self.matches(PUBLISH))


def steps(manifest: Manifest) -> Iterator[Step]:
    """Every step of the workflows that speak of the publisher."""
    for workflow in manifest.project.workflows:
        if not isinstance(workflow, MappingNode):
            continue
        jobs = {key.text: job for key, job in pairs(at(workflow, "jobs")) if isinstance(job, MappingNode)}
        awaited = _awaited_jobs(jobs)
        for name, job in jobs.items():
            for index, node in enumerate(items(job.get("steps"))):
                if isinstance(node, MappingNode):
                    yield Step(workflow, job, name, index, node, awaited[name])


def runs_before(other: Step, step: Step) -> bool:
    """Whether a step has run when another one starts: above it in its job, or in a job that its job waits for."""
    return other.position < step.position if other.job is step.job else other.name in step.awaited


def _awaited_jobs(jobs: Mapping[str, MappingNode]) -> dict[str, Mapping[str, MappingNode]]:
    """The jobs that each job waits for, directly or not; none where some wait for each other, which GitHub refuses."""
    needs = {
        name: [each for each in map(scalar, items(needed_jobs) or (needed_jobs,)) if each in jobs]
        for name, job in jobs.items()
        for needed_jobs in (job.get("needs"),)
    }
    numbers = {name: number for number, name in enumerate(jobs)}
    masks = dict.fromkeys(jobs, 0)
    try:
        for name in TopologicalSorter(needs).static_order():
            for each in needs[name]:
                masks[name] |= masks[each] | 1 << numbers[each]
    except CycleError:
        return {name: {} for name in jobs}
    return {name: {each: jobs[each] for each in jobs if mask >> numbers[each] & 1} for name, mask in masks.items()}
