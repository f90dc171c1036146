"""The commands `settle`, `ledger` and `refer`."""
