"""What the MCP registry makes of a `server.json` and of the project around it, worked out without asking it."""
