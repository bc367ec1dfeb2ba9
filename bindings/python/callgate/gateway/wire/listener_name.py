"""ListenerName: whose listener it was, in metrics."""

from __future__ import annotations

from typing import Literal, TypeAlias

ListenerName: TypeAlias = Literal["agents", "operators"]
