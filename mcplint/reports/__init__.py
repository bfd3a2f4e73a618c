"""One function a format, from diagnostics to text."""
