"""Images as their Dockerfiles build them: stages, build arguments, copied files, installs."""
