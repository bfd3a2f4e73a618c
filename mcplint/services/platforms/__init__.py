"""What hosting platforms are told to run."""
