"""Comparison: two versions of a flow in, what differs in the words of the source out. Pure.

A definition becomes *facts* (short texts by name), nodes of both versions are matched, and facts are compared.
"""
