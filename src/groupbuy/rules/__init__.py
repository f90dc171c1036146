"""A rules folder: layers of packs, what each changes, and the stack that a lead gets."""
