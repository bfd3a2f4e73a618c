"""Whether a project has anything to do with MCP, so that the rest of it is worth reading."""

from __future__ import annotations

from mcplint.commands.command_lines import GATEWAYS
from mcplint.dependencies.node_packages import DENO_CONFIGS
from mcplint.knowledge.sdk_packages import NPM_PACKAGES
from mcplint.project.tree import Paths, Tree


def speaks_of_mcp(tree: Tree, paths: Paths) -> bool:
    """Whether a list of dependencies or a Python file has the letters, what deploys names a bridge or an SDK, or Deno
    runs it.

    Without them there is no server to look for. A Python file that cannot be read may have them where what deploys has,
    and what deploys where a program of Node has.
    """
    for form in ("pyproject", "requirements", "package.json", "python"):
        for path in paths.get(form, ()):
            source = tree.source(path)
            if source and ("mcp" in source.text or "modelcontextprotocol" in source.text):
                return True
    programs = paths.get("typescript", ())
    if _is_package_unreadable(tree, paths) and any(tree.mentions(path, *NPM_PACKAGES) for path in programs):
        return True
    deploying = [path for form in ("dockerfile", "compose", "kubernetes") for path in paths.get(form, ())]
    if any(tree.mentions(path, *GATEWAYS, *NPM_PACKAGES) for path in deploying):
        return True
    if any(path in tree.problems for path in paths.get("python", ())):
        return any(tree.mentions(path, "mcp") for path in deploying)
    if any(map(tree.fails, deploying)) and any(tree.mentions(path, *NPM_PACKAGES) for path in programs):
        return True
    configs = [path for name in DENO_CONFIGS for path in tree.files_named(name)]
    if configs or any(tree.mentions(path, "deno") for path in (*deploying, *paths.get("client", ()))):
        return any(tree.mentions(path, *NPM_PACKAGES) for path in (*configs, *programs))
    return False


def _is_package_unreadable(tree: Tree, paths: Paths) -> bool:
    """Whether a `package.json` cannot be read as a whole, so that it may not say what its programs import."""
    found = tree.all_facts("package_json", paths.get("package.json", ()))
    return len(found) < len(paths.get("package.json", ())) or any(each.problems for each in found.values())


def publishes(tree: Tree, paths: Paths) -> bool:
    """Whether the project publishes a server: its image is then of interest, whatever is in it."""
    return bool(tree.all_facts("manifest", paths.get("server.json", ())))
