"""What building a Python project makes of it: its backend, the files that it insists on, and what its wheel holds."""
