"""What a start command makes of a program: one protocol, one package a language."""
