"""From the text of one file to its facts: one module a kind, the only users of parsing libraries."""
