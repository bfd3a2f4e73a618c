"""The health checks of containers: the commands of Docker and compose, and what platforms ask for."""
