"""One file a rule: its page, its check and its fix. The file name with `-` for `_` is the name of the rule."""
