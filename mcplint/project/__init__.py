"""The files of a project: which there are, of which kind, read once; git, configuration, suppression."""
