"""Start commands: shells, scripts, wrappers, runners, and the program that is left."""
