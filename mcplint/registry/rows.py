"""What publishing refuses although the schema allows it: one row a rule of the registry, under the registry's own name.

Source: the validators of the registry's releases up to 1.8.1, https://github.com/modelcontextprotocol/registry.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import NamedTuple

from mcplint.findings import Fix
from mcplint.knowledge.registry import HTTP, INDEXED, META_BYTES, PUBLISHER_PROVIDED, TYPES
from mcplint.registry import address, fixes, predicates
from mcplint.registry.properties import Property
from mcplint.registry.version import is_range


class Row(NamedTuple):
    """One refusal: its name, the rule that speaks of it, where it looks, what it refuses.

    `of`: the types of package, transport or argument that it is about, all where none is given.
    `at`: patterns as `properties` takes them, with `|` between them. `message` says who refuses and what would do; it
    may hold `{value}`, the package's `{type}`, a bundle's `{fault}` and the `{undefined}` variables of an address.
    """

    name: str
    subject: str
    at: str
    refuses: Callable[[Property], object]
    message: str
    fix: Callable[[Property], Fix | None] | None = None
    of: tuple[str, ...] = ()


FIELD, VERSION, PACKAGE, TRANSPORT, ARGUMENT, REMOTE = "field", "version", "package", "transport", "argument", "remote"
_NAME = "[a-zA-Z0-9][a-zA-Z0-9.-]*[a-zA-Z0-9]/[a-zA-Z0-9][a-zA-Z0-9._-]*[a-zA-Z0-9]"
_VERSIONS = "version|packages * version"
_NAMES = "packages * runtimeArguments * name|packages * packageArguments * name"
_VALUES = "packages * runtimeArguments * {0}|packages * packageArguments * {0}"
_URL = "packages * transport url"
ROWS = (
    Row(
        "invalid-server-name",
        FIELD,
        "name",
        lambda prop: not re.fullmatch(_NAME, prop.text),
        "the registry rejects the name `{value}`: both sides of its one slash need two or more characters"
        " and begin and end with a letter or digit",
    ),
    Row(
        "title-whitespace-only",
        FIELD,
        "title",
        lambda prop: prop.text.isspace(),
        "the registry rejects a title of white space",
        fixes.deleted,
    ),
    Row(
        "website-url-invalid-scheme",
        FIELD,
        "websiteUrl",
        predicates.not_https,
        "the registry rejects `websiteUrl` `{value}`: it must begin with https://",
        fixes.use_https,
    ),
    Row(
        "website-url-invalid-characters",
        FIELD,
        "websiteUrl",
        lambda prop: re.search(r"[\s\"'`<>\u2018-\u201f]", prop.text),
        "the registry rejects quotes, angle brackets and white space in `websiteUrl`: they must be written as %XX",
    ),
    Row(
        "icon-src-invalid-scheme",
        FIELD,
        "icons * src",
        predicates.not_https,
        "the registry rejects the icon `{value}`: it must begin with https://, a data: address is not allowed",
        fixes.use_https,
    ),
    Row(
        "invalid-repository-url",
        FIELD,
        "repository source",
        predicates.bad_source,
        "the registry rejects the repository source `{value}`: it must be `github` or `gitlab`",
        fixes.respelled_source,
    ),
    Row(
        "invalid-repository-url",
        FIELD,
        "repository url",
        predicates.bad_repository,
        "the registry rejects the repository `{value}`: it must be https://github.com/OWNER/REPO or https://gitlab.com/OWNER/REPO,"
        " as `source` says, and nothing after it",
    ),
    Row(
        "invalid-subfolder-path",
        FIELD,
        "repository subfolder",
        predicates.bad_folder,
        "the registry rejects the folder `{value}`: it must be a relative path of letters, digits, `_.-` and `/`"
        " without empty or dotted steps",
        fixes.trimmed_folder,
    ),
    Row(
        "publisher-metadata-size",
        FIELD,
        f"_meta {PUBLISHER_PROVIDED}",
        predicates.is_oversized,
        f"the registry rejects more than {META_BYTES} bytes of publisher-provided metadata, written as compact JSON",
    ),
    Row(
        "empty-version",
        VERSION,
        "version",
        predicates.is_missing,
        "the registry rejects an empty version, which no earlier check notices",
    ),
    Row(
        "reserved-version-string",
        VERSION,
        _VERSIONS,
        lambda prop: prop.text == "latest",
        "the registry rejects the version `latest`: it must be one fixed version",
    ),
    Row(
        "version-looks-like-range",
        VERSION,
        _VERSIONS,
        lambda prop: prop.text != "latest" and is_range(prop.text),
        "the registry rejects the version `{value}`, which looks like a range: it must be one fixed version",
    ),
    Row(
        "registry-type-required",
        PACKAGE,
        "packages * registryType",
        predicates.is_missing,
        "the registry rejects a package without `registryType`: it must be npm, pypi, nuget, oci, mcpb or cargo",
    ),
    Row(
        "unsupported-registry-type",
        PACKAGE,
        "packages * registryType",
        lambda prop: prop.text and prop.text not in TYPES,
        "the registry rejects the registry type `{value}`: it must be npm, pypi, nuget, oci, mcpb or cargo",
        fixes.respelled_type,
    ),
    Row(
        "identifier-required",
        PACKAGE,
        "packages * identifier",
        predicates.is_missing,
        "the registry rejects a package without `identifier`, its name or address",
    ),
    Row(
        "package-name-has-spaces",
        PACKAGE,
        "packages * identifier",
        lambda prop: " " in prop.text,
        "the registry rejects a space in the identifier `{value}`",
    ),
    Row(
        "package-version-required",
        PACKAGE,
        "packages * version",
        predicates.is_missing,
        "the registry rejects a {type} package without `version`, which the schema allows",
        of=INDEXED,
    ),
    Row(
        "oci-with-version",
        PACKAGE,
        "packages * version",
        predicates.is_present,
        "the registry rejects `version` for an image: the version is the tag in `identifier`",
        fixes.moved_into_tag,
        of=("oci",),
    ),
    Row(
        "base-url-not-allowed",
        PACKAGE,
        "packages * registryBaseUrl",
        predicates.is_present,
        "the registry rejects `registryBaseUrl` for {type}: `identifier` is the whole address",
        fixes.moved_into_identifier,
        of=("oci", "mcpb"),
    ),
    Row(
        "base-url-mismatch",
        PACKAGE,
        "packages * registryBaseUrl",
        predicates.inexact_base,
        "the registry rejects the address `{value}`: it must be the registry's own, https without a trailing slash,"
        " or left out",
        fixes.deleted,
        of=INDEXED,
    ),
    Row(
        "base-url-mismatch",
        PACKAGE,
        "packages * registryBaseUrl",
        predicates.foreign_base,
        "the registry rejects the address `{value}`: {type} packages may only come from the default index",
        fixes.taken_from_default,
        of=INDEXED,
    ),
    Row(
        "hash-not-allowed",
        PACKAGE,
        "packages * fileSha256",
        predicates.is_present,
        "the registry rejects `fileSha256` for {type}: only an mcpb bundle has one",
        fixes.deleted,
        of=tuple(kind for kind in TYPES if kind != "mcpb"),
    ),
    Row(
        "hash-required",
        PACKAGE,
        "packages * fileSha256",
        predicates.is_missing,
        "the registry rejects an mcpb bundle without `fileSha256`, 64 lower-case hexadecimal digits",
        of=("mcpb",),
    ),
    Row(
        "oci-reference-invalid",
        PACKAGE,
        "packages * identifier",
        lambda prop: prop.text and not address.image(prop.text),
        "the registry rejects the image `{value}`: it must be HOST/REPOSITORY:TAG or HOST/REPOSITORY@sha256:…,"
        " the repository in lower case",
        of=("oci",),
    ),
    Row(
        "oci-registry-unsupported",
        PACKAGE,
        "packages * identifier",
        predicates.foreign_host,
        "the registry rejects the image's host: it must be docker.io, ghcr.io, quay.io, mcr.microsoft.com, *.pkg.dev"
        " or *.azurecr.io",
        of=("oci",),
    ),
    Row(
        "mcpb-address-invalid",
        PACKAGE,
        "packages * identifier",
        lambda prop: prop.text and address.bundle_fault(prop.text),
        "the registry rejects the bundle `{value}`: {fault}",
        of=("mcpb",),
    ),
    Row(
        "unsupported-transport-type",
        TRANSPORT,
        "packages * transport type",
        lambda prop: prop.text not in ("stdio", *HTTP),
        "the registry rejects the transport `{value}`: it must be stdio, streamable-http or sse",
        fixes.respelled_transport,
    ),
    Row(
        "stdio-transport-url-not-empty",
        TRANSPORT,
        _URL,
        predicates.is_present,
        "the registry rejects a `url` for stdio, which has none",
        fixes.deleted,
        of=("stdio",),
    ),
    Row(
        "streamable-transport-url-required",
        TRANSPORT,
        _URL,
        predicates.is_missing,
        "the registry rejects an HTTP transport without `url`",
        of=HTTP,
    ),
    Row(
        "invalid-templated-url",
        TRANSPORT,
        _URL,
        predicates.no_address,
        "the registry rejects the address `{value}`: it must begin with http:// or https:// and have a host",
        of=HTTP,
    ),
    Row(
        "invalid-templated-url",
        TRANSPORT,
        _URL,
        predicates.undefined,
        "the registry rejects the variable {undefined}: a name in braces must be that of an environment variable,"
        " of an argument with its dashes, or a `valueHint`",
        fixes.add_dashes,
        of=HTTP,
    ),
    Row(
        "named-argument-name-required",
        ARGUMENT,
        _NAMES,
        predicates.is_missing,
        "the registry rejects a named argument without `name`, the flag with its dashes",
        of=("named",),
    ),
    Row(
        "invalid-named-argument-name",
        ARGUMENT,
        _NAMES,
        lambda prop: re.search("[<>$ ]", prop.text),
        "the registry rejects the flag `{value}`: no space, `<`, `>` or `$` is allowed; what follows it belongs in"
        " `value`, `valueHint` or `placeholder`",
        of=("named",),
    ),
    Row(
        "argument-value-starts-with-name",
        ARGUMENT,
        _VALUES.format("value"),
        lambda prop: prop.sibling("name") and prop.text.startswith(prop.sibling("name")),
        "the registry rejects the value `{value}`: it repeats the flag in `name`",
        of=("named",),
    ),
    Row(
        "argument-default-starts-with-name",
        ARGUMENT,
        _VALUES.format("default"),
        lambda prop: prop.sibling("name") and prop.text.startswith(prop.sibling("name")),
        "the registry rejects the default `{value}`: it repeats the flag in `name`",
        of=("named",),
    ),
    Row(
        "unsupported-remote-transport-type",
        REMOTE,
        "remotes * type",
        lambda prop: prop.text not in HTTP,
        "the registry rejects the transport `{value}` for a remote: it must be streamable-http or sse",
        fixes.respelled_transport,
    ),
    Row(
        "remote-transport-url-required",
        REMOTE,
        "remotes * url",
        predicates.is_missing,
        "the registry rejects a remote without `url`",
        of=HTTP,
    ),
    Row(
        "invalid-remote-url",
        REMOTE,
        "remotes * url",
        predicates.no_address,
        "the registry rejects the address `{value}`: it must begin with https:// and have a host",
        of=HTTP,
    ),
    Row(
        "invalid-remote-url",
        REMOTE,
        "remotes * url",
        lambda prop: address.scheme(prop.text) == "http",
        "the registry rejects the address `{value}`: a remote must use https",
        fixes.use_https,
        of=HTTP,
    ),
    Row(
        "invalid-remote-url",
        REMOTE,
        "remotes * url",
        lambda prop: address.is_local(prop.text),
        "the registry rejects a remote on localhost: it must be an address that every client can reach",
        of=HTTP,
    ),
    Row(
        "private-remote-url",
        REMOTE,
        "remotes * url",
        lambda prop: address.is_private(prop.text),
        "the host of `{value}` is not public: only clients on its own network can reach this remote",
        of=HTTP,
    ),
    Row(
        "invalid-templated-url",
        REMOTE,
        "remotes * url",
        predicates.undefined,
        "the registry rejects the variable {undefined}: a name in braces must be a key of the remote's `variables`",
        of=HTTP,
    ),
)
