"""Leads as DataFrames of Spark: read, evaluated and written where they lie, by the executors."""
