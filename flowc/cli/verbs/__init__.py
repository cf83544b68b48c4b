"""The verbs of `flowc`, one a file: each reads its arguments, calls one function, prints."""
