"""What SQLAlchemy compiled for one test serves the next: compiling takes longer than what most tests ask for."""

from typing import Any


class CompiledOnce(dict[Any, Any]):
    """Compiled statements, found by the statement: each engine's own cache has the engine's dialect in its keys."""

    def get(self, key: tuple[Any, ...], default: Any = None) -> Any:
        """What any engine of the same kind of database has compiled."""
        return super().get(key[1:], default)

    def __setitem__(self, key: tuple[Any, ...], value: Any) -> None:
        super().__setitem__(key[1:], value)
