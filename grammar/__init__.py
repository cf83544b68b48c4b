"""The language as data: the Lark grammar and the tables that editors' grammars are made from."""
