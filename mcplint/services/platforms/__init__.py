"""What hosting platforms are told to run: Kubernetes, Cloud Run, Fly.io, Render, Railway, Procfiles."""
