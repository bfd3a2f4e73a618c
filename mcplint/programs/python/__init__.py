"""What a start command makes of the project's Python: which server it starts, with which values."""
