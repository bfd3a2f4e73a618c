"""What publishing refuses although the schema allows it: one row a rule of the registry, under the registry's own name.

Source: the validators of the registry's releases up to 1.8.1, https://github.com/modelcontextprotocol/registry.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

from mcplint.findings import Fix
from mcplint.knowledge.registry import META_BYTES, PUBLISHER_PROVIDED
from mcplint.registry import fixes as mends
from mcplint.registry import predicates as forms
from mcplint.registry.place import Place


class Row(NamedTuple):
    """One refusal: its name, the rule that speaks of it, where it looks, what it refuses.

    `at` holds patterns as `places` takes them, with `|` between them. `message` says who refuses and what would do; it
    may hold `{value}`, the package's `{type}`, a bundle's `{fault}` and the `{undefined}` variables of an address.
    """

    name: str
    subject: str
    at: str
    refuses: Callable[[Place], bool]
    message: str
    mend: Callable[[Place], Fix | None] = mends.nothing


FIELD, VERSION, PACKAGE, TRANSPORT, ARGUMENT, REMOTE = "field", "version", "package", "transport", "argument", "remote"
_VERSIONS = "version|packages * version"
_NAMES = "packages * runtimeArguments * name|packages * packageArguments * name"
_VALUES = "packages * runtimeArguments * {0}|packages * packageArguments * {0}"
_URL = "packages * transport url"
ROWS = (
    Row(
        "invalid-server-name",
        FIELD,
        "name",
        forms.bad_name,
        "the registry rejects the name `{value}`: both sides of its one slash need two or more characters"
        " and begin and end with a letter or digit",
    ),
    Row(
        "title-whitespace-only",
        FIELD,
        "title",
        forms.blank,
        "the registry rejects a title of white space",
        mends.deleted,
    ),
    Row(
        "website-url-invalid-scheme",
        FIELD,
        "websiteUrl",
        forms.not_https,
        "the registry rejects `websiteUrl` `{value}`: it must begin with https://",
        mends.secured,
    ),
    Row(
        "website-url-invalid-characters",
        FIELD,
        "websiteUrl",
        forms.quoted,
        "the registry rejects quotes, angle brackets and white space in `websiteUrl`: they must be written as %XX",
    ),
    Row(
        "icon-src-invalid-scheme",
        FIELD,
        "icons * src",
        forms.not_https,
        "the registry rejects the icon `{value}`: it must begin with https://, a data: address is not allowed",
        mends.secured,
    ),
    Row(
        "invalid-repository-url",
        FIELD,
        "repository source",
        forms.bad_source,
        "the registry rejects the repository source `{value}`: it must be `github` or `gitlab`",
        mends.respelled_source,
    ),
    Row(
        "invalid-repository-url",
        FIELD,
        "repository url",
        forms.bad_repository,
        "the registry rejects the repository `{value}`: it must be https://github.com/OWNER/REPO or https://gitlab.com/OWNER/REPO,"
        " as `source` says, and nothing after it",
    ),
    Row(
        "invalid-subfolder-path",
        FIELD,
        "repository subfolder",
        forms.bad_folder,
        "the registry rejects the folder `{value}`: it must be a relative path of letters, digits, `_.-` and `/`"
        " without empty or dotted steps",
        mends.trimmed_folder,
    ),
    Row(
        "publisher-metadata-size",
        FIELD,
        f"_meta {PUBLISHER_PROVIDED}",
        forms.oversized,
        f"the registry rejects more than {META_BYTES} bytes of publisher-provided metadata, written as compact JSON",
    ),
    Row(
        "empty-version",
        VERSION,
        "version",
        forms.missing,
        "the registry rejects an empty version, which no earlier check notices",
    ),
    Row(
        "reserved-version-string",
        VERSION,
        _VERSIONS,
        forms.latest,
        "the registry rejects the version `latest`: it must be one fixed version",
    ),
    Row(
        "version-looks-like-range",
        VERSION,
        _VERSIONS,
        forms.ranged,
        "the registry rejects the version `{value}`, which looks like a range: it must be one fixed version",
    ),
    Row(
        "registry-type-required",
        PACKAGE,
        "packages * registryType",
        forms.missing,
        "the registry rejects a package without `registryType`: it must be npm, pypi, nuget, oci, mcpb or cargo",
    ),
    Row(
        "unsupported-registry-type",
        PACKAGE,
        "packages * registryType",
        forms.foreign_type,
        "the registry rejects the registry type `{value}`: it must be npm, pypi, nuget, oci, mcpb or cargo",
        mends.respelled_type,
    ),
    Row(
        "identifier-required",
        PACKAGE,
        "packages * identifier",
        forms.missing,
        "the registry rejects a package without `identifier`, its name or address",
    ),
    Row(
        "package-name-has-spaces",
        PACKAGE,
        "packages * identifier",
        forms.spaced,
        "the registry rejects a space in the identifier `{value}`",
    ),
    Row(
        "package-version-required",
        PACKAGE,
        "packages * version",
        forms.unversioned,
        "the registry rejects a {type} package without `version`, which the schema allows",
    ),
    Row(
        "oci-with-version",
        PACKAGE,
        "packages * version",
        forms.versioned_image,
        "the registry rejects `version` for an image: the version is the tag in `identifier`",
        mends.moved_into_tag,
    ),
    Row(
        "base-url-not-allowed",
        PACKAGE,
        "packages * registryBaseUrl",
        forms.based_elsewhere,
        "the registry rejects `registryBaseUrl` for {type}: `identifier` is the whole address",
        mends.deleted,
    ),
    Row(
        "base-url-mismatch",
        PACKAGE,
        "packages * registryBaseUrl",
        forms.inexact_base,
        "the registry rejects the address `{value}`: it must be the registry's own, https without a trailing slash,"
        " or left out",
        mends.deleted,
    ),
    Row(
        "hash-not-allowed",
        PACKAGE,
        "packages * fileSha256",
        forms.foreign_hash,
        "the registry rejects `fileSha256` for {type}: only an mcpb bundle has one",
        mends.deleted,
    ),
    Row(
        "hash-required",
        PACKAGE,
        "packages * fileSha256",
        forms.unhashed,
        "the registry rejects an mcpb bundle without `fileSha256`, 64 lower-case hexadecimal digits",
    ),
    Row(
        "oci-reference-invalid",
        PACKAGE,
        "packages * identifier",
        forms.bad_reference,
        "the registry rejects the image `{value}`: it must be HOST/REPOSITORY:TAG or HOST/REPOSITORY@sha256:…,"
        " the repository in lower case",
    ),
    Row(
        "oci-registry-unsupported",
        PACKAGE,
        "packages * identifier",
        forms.foreign_host,
        "the registry rejects the image's host: it must be docker.io, ghcr.io, quay.io, mcr.microsoft.com, *.pkg.dev"
        " or *.azurecr.io",
    ),
    Row(
        "mcpb-address-invalid",
        PACKAGE,
        "packages * identifier",
        forms.bad_bundle,
        "the registry rejects the bundle `{value}`: {fault}",
    ),
    Row(
        "unsupported-transport-type",
        TRANSPORT,
        "packages * transport type",
        forms.foreign_transport,
        "the registry rejects the transport `{value}`: it must be stdio, streamable-http or sse",
        mends.respelled_transport,
    ),
    Row(
        "stdio-transport-url-not-empty",
        TRANSPORT,
        _URL,
        forms.addressed_stdio,
        "the registry rejects a `url` for stdio, which has none",
        mends.deleted,
    ),
    Row(
        "streamable-transport-url-required",
        TRANSPORT,
        _URL,
        forms.unaddressed,
        "the registry rejects an HTTP transport without `url`",
    ),
    Row(
        "invalid-templated-url",
        TRANSPORT,
        _URL,
        forms.no_address,
        "the registry rejects the address `{value}`: it must begin with http:// or https:// and have a host",
    ),
    Row(
        "invalid-templated-url",
        TRANSPORT,
        _URL,
        forms.undefined,
        "the registry rejects the variable {undefined}: a name in braces must be that of an environment variable,"
        " of an argument with its dashes, or a `valueHint`",
        mends.dashed,
    ),
    Row(
        "named-argument-name-required",
        ARGUMENT,
        _NAMES,
        forms.unnamed,
        "the registry rejects a named argument without `name`, the flag with its dashes",
    ),
    Row(
        "invalid-named-argument-name",
        ARGUMENT,
        _NAMES,
        forms.bad_flag,
        "the registry rejects the flag `{value}`: no space, `<`, `>` or `$` is allowed; what follows it belongs in"
        " `value`, `valueHint` or `placeholder`",
    ),
    Row(
        "argument-value-starts-with-name",
        ARGUMENT,
        _VALUES.format("value"),
        forms.repeats_flag,
        "the registry rejects the value `{value}`: it repeats the flag in `name`",
    ),
    Row(
        "argument-default-starts-with-name",
        ARGUMENT,
        _VALUES.format("default"),
        forms.repeats_flag,
        "the registry rejects the default `{value}`: it repeats the flag in `name`",
    ),
    Row(
        "unsupported-remote-transport-type",
        REMOTE,
        "remotes * type",
        forms.foreign_remote,
        "the registry rejects the transport `{value}` for a remote: it must be streamable-http or sse",
        mends.respelled_transport,
    ),
    Row(
        "remote-transport-url-required",
        REMOTE,
        "remotes * url",
        forms.unaddressed,
        "the registry rejects a remote without `url`",
    ),
    Row(
        "invalid-remote-url",
        REMOTE,
        "remotes * url",
        forms.no_address,
        "the registry rejects the address `{value}`: it must begin with https:// and have a host",
    ),
    Row(
        "invalid-remote-url",
        REMOTE,
        "remotes * url",
        forms.insecure,
        "the registry rejects the address `{value}`: a remote must use https",
        mends.secured,
    ),
    Row(
        "invalid-remote-url",
        REMOTE,
        "remotes * url",
        forms.local,
        "the registry rejects a remote on localhost: it must be an address that every client can reach",
    ),
    Row(
        "private-remote-url",
        REMOTE,
        "remotes * url",
        forms.unreachable,
        "the host of `{value}` is not public: only clients on its own network can reach this remote",
    ),
    Row(
        "invalid-templated-url",
        REMOTE,
        "remotes * url",
        forms.undefined,
        "the registry rejects the variable {undefined}: a name in braces must be a key of the remote's `variables`",
    ),
)
