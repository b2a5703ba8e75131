"""Stores: where messages are kept."""
