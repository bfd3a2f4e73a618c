"""Which releases of packages a project asks for, and which of them will run."""
