"""What a container has when it runs, and what it lacks: rights, files, imports, secrets, its start script."""
