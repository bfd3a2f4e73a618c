"""From compose files to services: interpolation, merging, and what each setting of a service means."""
