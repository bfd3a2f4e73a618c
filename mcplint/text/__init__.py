"""Text of a file: spans in it, words, patterns, variables, edits."""
