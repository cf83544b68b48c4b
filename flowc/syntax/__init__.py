"""Text to tree: the lexer, the parser and the nodes. The one entry is `flowc.syntax.parser.parse`."""
