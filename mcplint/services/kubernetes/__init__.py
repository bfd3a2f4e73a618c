"""What Kubernetes is told to run, and how requests reach it."""
