"""Plugins: what they may bring, how they are found, loaded one by one, and kept apart."""
