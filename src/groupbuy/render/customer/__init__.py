"""The customer sheet (客户概况表): what stands on it, and how each format writes it."""
