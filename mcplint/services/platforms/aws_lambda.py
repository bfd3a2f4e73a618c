"""AWS Lambda, as SAM, CloudFormation and the Serverless Framework are told of functions that are images.

https://docs.aws.amazon.com/serverless-application-model/latest/developerguide/sam-resource-function.html,
https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-lambda-function.html,
https://www.serverless.com/framework/docs/providers/aws/guide/functions#referencing-container-image-as-a-target
"""

from __future__ import annotations

import posixpath
from collections.abc import Iterator
from itertools import chain
from typing import NamedTuple

from mcplint.facts.document import MappingNode, Node, at, pairs, scalar
from mcplint.project.tree import Paths, Tree
from mcplint.services.script_words import path_in_project
from mcplint.text.source import Span

FUNCTIONS = ("AWS::Serverless::Function", "AWS::Lambda::Function")
TEMPLATES = ("template.json", "serverless.json")
"""Files that are no YAML; of that, any may be a template."""


class FunctionImage(NamedTuple):
    """The image of a function: the path of the Dockerfile that makes it, or its name; empty where it is not known."""

    span: Span
    dockerfile: str = ""
    name: str = ""


def function_images(tree: Tree, paths: Paths) -> Iterator[FunctionImage]:
    """The images that files of the project have Lambda run."""
    for path in (*paths.get("kubernetes", ()), *chain.from_iterable(map(tree.files_named, TEMPLATES))):
        serverless = posixpath.basename(path).startswith("serverless.")
        if not tree.mentions(path, *(("image:", '"image"') if serverless else FUNCTIONS)):
            continue
        app, folder = tree.facts("platform.functions", path), posixpath.dirname(path)
        if app:
            yield from _of_serverless(app.root, folder) if serverless else _of_template(app.root, folder)


def _of_template(root: MappingNode, folder: str) -> Iterator[FunctionImage]:
    """The images of the functions of a template, of which `Metadata` says how SAM builds them."""
    for key, resource in pairs(at(root, "Resources")):
        built, properties = at(resource, "Metadata"), at(resource, "Properties")
        if scalar(at(resource, "Type")) not in FUNCTIONS:
            continue
        if at(built, "Dockerfile") or at(built, "DockerContext"):
            yield _image_from_folder(key.span, folder, at(built, "DockerContext"), at(built, "Dockerfile"))
        elif uri := scalar(at(properties, "ImageUri")) or scalar(at(properties, "Code", "ImageUri")):
            yield FunctionImage(key.span, name=uri)


def _of_serverless(root: MappingNode, folder: str) -> Iterator[FunctionImage]:
    """The images of the functions of a service, those that it builds first."""
    for key, image in pairs(at(root, "provider", "ecr", "images")):
        if at(image, "path"):
            yield _image_from_folder(key.span, folder, at(image, "path"), at(image, "file"))
        else:
            yield FunctionImage(key.span, name=scalar(image) or scalar(at(image, "uri")))
    for key, function in pairs(at(root, "functions")):
        image_node = at(function, "image")
        if name := scalar(image_node) or scalar(at(image_node, "uri")):
            yield FunctionImage(key.span, name=name)


def _image_from_folder(span: Span, folder: str, context: Node | None, file: Node | None) -> FunctionImage:
    """An image that is built from a folder, which the path of its Dockerfile starts from as well."""
    named = (scalar(context) or ".", scalar(file) or "Dockerfile")
    where = path_in_project(folder, posixpath.join(*named)) if not any("$" in each for each in named) else None
    return FunctionImage(span, where or "")
