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
        "publish refuses the name `{value}`: each side of its one slash has two or more characters"
        " and begins and ends with a letter or digit",
    ),
    Row(
        "title-whitespace-only",
        FIELD,
        "title",
        forms.blank,
        "publish refuses a title of white space: it must be words, or left out",
        mends.deleted,
    ),
    Row(
        "website-url-invalid-scheme",
        FIELD,
        "websiteUrl",
        forms.not_https,
        "publish refuses the address `{value}`: it begins with https://",
        mends.secured,
    ),
    Row(
        "website-url-invalid-characters",
        FIELD,
        "websiteUrl",
        forms.quoted,
        "publish refuses quotes, angle brackets and white space in `websiteUrl`: they stand there as %XX",
    ),
    Row(
        "icon-src-invalid-scheme",
        FIELD,
        "icons * src",
        forms.not_https,
        "publish refuses the icon `{value}`: it begins with https://, also where the protocol takes a data: address",
        mends.secured,
    ),
    Row(
        "invalid-repository-url",
        FIELD,
        "repository source",
        forms.bad_source,
        "publish refuses the repository source `{value}`: it must be `github` or `gitlab`",
        mends.respelled_source,
    ),
    Row(
        "invalid-repository-url",
        FIELD,
        "repository url",
        forms.bad_repository,
        "publish refuses the repository `{value}`: it must be https://github.com/OWNER/REPO or https://gitlab.com/OWNER/REPO,"
        " as `source` says, with nothing behind",
    ),
    Row(
        "invalid-subfolder-path",
        FIELD,
        "repository subfolder",
        forms.bad_folder,
        "publish refuses the folder `{value}`: it must be a relative path of letters, digits, `_`, `.`, `-` and `/`"
        " without empty or dotted steps",
        mends.trimmed_folder,
    ),
    Row(
        "publisher-metadata-size",
        FIELD,
        f"_meta {PUBLISHER_PROVIDED}",
        forms.oversized,
        f"publish refuses more than {META_BYTES} bytes of publisher-provided metadata, written as compact JSON",
    ),
    Row(
        "empty-version",
        VERSION,
        "version",
        forms.missing,
        "publish refuses an empty version, and no check before it does: it is the version of this release",
    ),
    Row(
        "reserved-version-string",
        VERSION,
        _VERSIONS,
        forms.latest,
        "publish refuses the version `latest`: it must be one fixed version",
    ),
    Row(
        "version-looks-like-range",
        VERSION,
        _VERSIONS,
        forms.ranged,
        "publish refuses the version `{value}`, which looks like a range: it must be one fixed version",
    ),
    Row(
        "registry-type-required",
        PACKAGE,
        "packages * registryType",
        forms.missing,
        "publish refuses a package without `registryType`: it must be npm, pypi, nuget, oci, mcpb or cargo",
    ),
    Row(
        "unsupported-registry-type",
        PACKAGE,
        "packages * registryType",
        forms.foreign_type,
        "publish refuses the registry type `{value}`: it must be npm, pypi, nuget, oci, mcpb or cargo",
        mends.respelled_type,
    ),
    Row(
        "identifier-required",
        PACKAGE,
        "packages * identifier",
        forms.missing,
        "publish refuses a package without `identifier`: it is the name or address of the package",
    ),
    Row(
        "package-name-has-spaces",
        PACKAGE,
        "packages * identifier",
        forms.spaced,
        "publish refuses a space in the identifier `{value}`",
    ),
    Row(
        "package-version-required",
        PACKAGE,
        "packages * version",
        forms.unversioned,
        "publish refuses a {type} package without `version`, which the schema leaves open",
    ),
    Row(
        "oci-with-version",
        PACKAGE,
        "packages * version",
        forms.versioned_image,
        "publish refuses `version` for an image: it is the tag in `identifier`",
        mends.moved_into_tag,
    ),
    Row(
        "base-url-not-allowed",
        PACKAGE,
        "packages * registryBaseUrl",
        forms.based_elsewhere,
        "publish refuses `registryBaseUrl` for {type}: `identifier` says the whole address",
        mends.deleted,
    ),
    Row(
        "base-url-mismatch",
        PACKAGE,
        "packages * registryBaseUrl",
        forms.inexact_base,
        "publish refuses the address `{value}`: it must be exactly the registry's own, https and without an end slash,"
        " or left out",
        mends.deleted,
    ),
    Row(
        "hash-not-allowed",
        PACKAGE,
        "packages * fileSha256",
        forms.foreign_hash,
        "publish refuses `fileSha256` for {type}: only an mcpb bundle has one",
        mends.deleted,
    ),
    Row(
        "hash-required",
        PACKAGE,
        "packages * fileSha256",
        forms.unhashed,
        "publish refuses an mcpb bundle without `fileSha256`: 64 lower-case hexadecimal digits",
    ),
    Row(
        "oci-reference-invalid",
        PACKAGE,
        "packages * identifier",
        forms.bad_reference,
        "publish refuses the image `{value}`: it must be HOST/REPOSITORY:TAG or HOST/REPOSITORY@sha256:…,"
        " the repository in lower case",
    ),
    Row(
        "oci-registry-unsupported",
        PACKAGE,
        "packages * identifier",
        forms.foreign_host,
        "publish refuses the image's host: it must be docker.io, ghcr.io, quay.io, mcr.microsoft.com, *.pkg.dev"
        " or *.azurecr.io",
    ),
    Row(
        "mcpb-address-invalid",
        PACKAGE,
        "packages * identifier",
        forms.bad_bundle,
        "publish refuses the bundle `{value}`: {fault}",
    ),
    Row(
        "unsupported-transport-type",
        TRANSPORT,
        "packages * transport type",
        forms.foreign_transport,
        "publish refuses the transport `{value}`: it must be stdio, streamable-http or sse",
        mends.respelled_transport,
    ),
    Row(
        "stdio-transport-url-not-empty",
        TRANSPORT,
        _URL,
        forms.addressed_stdio,
        "publish refuses an address for stdio, which has none",
        mends.deleted,
    ),
    Row(
        "streamable-transport-url-required",
        TRANSPORT,
        _URL,
        forms.unaddressed,
        "publish refuses an HTTP transport without `url`",
    ),
    Row(
        "invalid-templated-url",
        TRANSPORT,
        _URL,
        forms.no_address,
        "publish refuses the address `{value}`: it begins with http:// or https:// and has a host",
    ),
    Row(
        "invalid-templated-url",
        TRANSPORT,
        _URL,
        forms.undefined,
        "publish refuses the variable {undefined}: a name in braces is that of an environment variable,"
        " of an argument with its dashes, or a `valueHint`",
        mends.dashed,
    ),
    Row(
        "named-argument-name-required",
        ARGUMENT,
        _NAMES,
        forms.unnamed,
        "publish refuses a named argument without `name`: it is the flag with its dashes",
    ),
    Row(
        "invalid-named-argument-name",
        ARGUMENT,
        _NAMES,
        forms.bad_flag,
        "publish refuses the flag `{value}`: it has no space, `<`, `>` or `$`; what follows it belongs in `value`,"
        " `valueHint` or `placeholder`",
    ),
    Row(
        "argument-value-starts-with-name",
        ARGUMENT,
        _VALUES.format("value"),
        forms.repeats_flag,
        "publish refuses the value `{value}`: it begins with the flag, which `name` says already",
    ),
    Row(
        "argument-default-starts-with-name",
        ARGUMENT,
        _VALUES.format("default"),
        forms.repeats_flag,
        "publish refuses the default `{value}`: it begins with the flag, which `name` says already",
    ),
    Row(
        "unsupported-remote-transport-type",
        REMOTE,
        "remotes * type",
        forms.foreign_remote,
        "publish refuses the transport `{value}` for a remote: it must be streamable-http or sse",
        mends.respelled_transport,
    ),
    Row(
        "remote-transport-url-required",
        REMOTE,
        "remotes * url",
        forms.unaddressed,
        "publish refuses a remote without `url`",
    ),
    Row(
        "invalid-remote-url",
        REMOTE,
        "remotes * url",
        forms.no_address,
        "publish refuses the address `{value}`: it begins with https:// and has a host",
    ),
    Row(
        "invalid-remote-url",
        REMOTE,
        "remotes * url",
        forms.insecure,
        "publish refuses the address `{value}`: a remote is reached by https",
        mends.secured,
    ),
    Row(
        "invalid-remote-url",
        REMOTE,
        "remotes * url",
        forms.local,
        "publish refuses a remote on localhost: it must be an address that every client reaches",
    ),
    Row(
        "private-remote-url",
        REMOTE,
        "remotes * url",
        forms.unreachable,
        "the host of `{value}` is no public one: only who is on its network reaches this remote",
    ),
    Row(
        "invalid-templated-url",
        REMOTE,
        "remotes * url",
        forms.undefined,
        "publish refuses the variable {undefined}: a name in braces is a key of the remote's `variables`",
    ),
)
