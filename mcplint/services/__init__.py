"""What platforms are told to run: compose, Kubernetes, hosting platforms."""
