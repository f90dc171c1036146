"""Leads and rules → conclusions with reasons."""
