"""The runner as a library: what `from runtime import open_store` gives. Beside the commands, and with the same engine.

It wires the compiler to the service, so it is the only room beside the commands that knows both.
"""
