"""The ledger: facts, runs and entries in one SQLite file, to which things are only ever added."""
