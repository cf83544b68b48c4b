"""What the parser does at each reduction: children in, a node out. One method an action of `grammar/flow.lark`.

Children are tokens `(kind, value, start, end)` and what other methods gave. Methods report what the grammar cannot
say (names in the wrong case, chained comparisons) and never fail.
"""

from __future__ import annotations

from flowc.syntax.builder.blocks import Blocks
from flowc.syntax.builder.expressions import Expressions
from flowc.syntax.builder.items import Items
from flowc.syntax.builder.orders import Orders
from flowc.syntax.builder.settings import Settings


class Builder(Items, Blocks, Orders, Settings, Expressions):
    """Builds the nodes of one source."""
