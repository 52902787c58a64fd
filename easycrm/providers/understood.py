"""The edge where an answer of an undocumented shape becomes the provider's trouble instead of a traceback of ours."""

from collections.abc import AsyncGenerator, AsyncIterator, Generator
from contextlib import aclosing, contextmanager
from typing import TypeVar, cast

from easycrm.providers.errors import ProviderUnavailable

_One = TypeVar("_One")


@contextmanager
def understood() -> Generator[None]:
    """Errors of reading an answer, such as a missing key, are raised as `ProviderUnavailable`; ours pass."""
    try:
        yield
    except (KeyError, IndexError, TypeError, AttributeError, ValueError) as error:
        raise ProviderUnavailable(code="not_understood", detail=f"{type(error).__name__} in {_place(error)}") from error


async def each(stream: AsyncIterator[_One]) -> AsyncIterator[_One]:
    """What the stream brings, with the same promise; whoever stops early stops the stream at once."""
    with understood():
        async with aclosing(cast("AsyncGenerator[_One, None]", stream)) as ones:
            async for one in ones:
                yield one


def _place(error: BaseException) -> str:
    """Where it happened; the error's own words may quote mail, and stay out of the log."""
    trace = error.__traceback__
    while trace and trace.tb_next:
        trace = trace.tb_next
    return f"{trace.tb_frame.f_code.co_name}:{trace.tb_lineno}" if trace else "?"
