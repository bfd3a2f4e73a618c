"""The options of pip, `uv pip` and uv that take the next word as their value, and those that take none.

Source: `pip install --help`, `pip wheel --help`, `uv pip install --help`, `uv sync --help` and `uv run --help`.
"""

from __future__ import annotations

_WITH_VALUE = """
-r --requirement --requirements -c --constraint --constraints -e --editable -t --target --prefix --root -i --index-url
--extra-index-url -f --find-links --trusted-host --python -p --cache-dir --progress-bar --timeout --retries
--only-binary --no-binary --platform --python-version --implementation --abi --upgrade-strategy -C --config-settings
--config-setting --global-option --group --log --proxy --src --report --index --default-index --index-strategy
--prerelease --resolution --exclude-newer --extra --override --overrides --link-mode -P --upgrade-package
--keyring-provider -w --wheel-dir -d --dest --python-platform --torch-backend -b --build-constraint
--build-constraints --reinstall-package --refresh-package --color --directory --project --config-file --cert
--client-cert --exists-action --use-feature --use-deprecated --root-user-action --allow-insecure-host
"""
_UV_WITH_VALUE = """
--no-extra --no-group --only-group --package --no-install-package --with --with-requirements --with-editable
--env-file --from
"""
_WITHOUT_VALUE = """
--no-cache-dir --no-cache --quiet --verbose --upgrade --user --system --no-deps --pre --force-reinstall --isolated
--no-build-isolation --require-hashes --no-index --compile-bytecode --compile --no-compile --break-system-packages
--disable-pip-version-check --no-warn-script-location --prefer-binary --no-input --no-clean --ignore-installed
--reinstall --native-tls --offline --no-config --strict --exact --all-extras --no-progress --no-color
--no-python-version-warning --use-pep517 --refresh --no-build --no-sources --no-verify-hashes --verify-hashes
--managed-python --no-managed-python --no-python-downloads --dry-run --ignore-requires-python --no-warn-conflicts
--no-header --no-annotate --force --only-deps
"""

PIP_VALUES = frozenset(_WITH_VALUE.split())
PIP_PLAIN = frozenset(_WITHOUT_VALUE.split())
UV_VALUES = PIP_VALUES | frozenset(_UV_WITH_VALUE.split())
