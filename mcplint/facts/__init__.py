"""What one file says by itself, whatever surrounds it: one module a kind of file."""
