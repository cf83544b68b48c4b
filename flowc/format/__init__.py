"""The formatter: from a source to the one spelling of it. Knows the syntax, and nothing of what names mean."""
