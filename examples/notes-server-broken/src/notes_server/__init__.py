"""Notes that an assistant keeps, one Markdown file each."""
