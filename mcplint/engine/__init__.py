"""From the files of a project to diagnostics and fixes."""
