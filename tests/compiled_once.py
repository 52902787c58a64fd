"""What SQLAlchemy compiled for one test serves the next: compiling is much of what a test of the database does."""

from typing import Any

MOST = 2000


class CompiledOnce(dict[Any, Any]):
    """Compiled statements, found by the statement: each engine's own cache has the engine's dialect in its keys."""

    def get(self, key: tuple[Any, ...], default: Any = None) -> Any:
        """What any engine of the same kind of database has compiled."""
        return super().get(key[1:], default)

    def __setitem__(self, key: tuple[Any, ...], value: Any) -> None:
        if len(self) >= MOST:
            self.clear()
        super().__setitem__(key[1:], value)
