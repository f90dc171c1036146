"""Rules engine for B2B group-purchase sales: YAML rules in, ranked and explained leads out."""

__version__ = "1.0.0"
