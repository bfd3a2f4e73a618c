"""What the MCP registry makes of a `server.json` and of the project around it, worked out without asking it.

Rules import from here inside their checks, so that a project without a `server.json` does not pay for it.
"""
