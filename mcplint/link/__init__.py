"""Facts of all files joined into the parts of the model, inside out."""
