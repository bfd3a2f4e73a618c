"""What libraries do that programs of MCP servers use, by the dotted names of their functions and classes."""
