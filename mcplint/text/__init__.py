"""Text of a file: places in it, words, patterns, variables, edits."""
