"""All that a component's author imports: `component`, `Context`, `Failed`, and the types that Python has not.

A component is a typed Python function; its annotations are its signature. The registry finds it, the compiler
checks calls against it, the executor calls it where it declares to run.
"""

from runtime.component.context import Cancelled, Context
from runtime.component.declaration import component
from runtime.component.errors import Failed
from runtime.component.secret import Secret
from runtime.component.statements import Statements
from runtime.model.values import Percent, Size

__all__ = ["Cancelled", "Context", "Failed", "Percent", "Secret", "Size", "Statements", "component"]
