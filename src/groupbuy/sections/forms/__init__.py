"""The forms a value can have, one module each; all of them become one tree and its arms."""
