"""Executors: they run one attempt and report what it was. They never touch the store.

`runtime.executor.protocol` is the interface; `runtime.executor.local` runs attempts on this machine.
"""
