"""Jinja as chat templates expect it, shut in: a template is code that came with somebody's model."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import TYPE_CHECKING, Any, NoReturn

if TYPE_CHECKING:
    from jinja2 import Environment, Template, nodes
    from jinja2.parser import Parser

Messages = Sequence[Mapping[str, Any]]


class RenderingError(Exception):
    """The template itself, or an expression in it, went wrong; becomes an error of the caller's kind."""


def check_syntax(source: str) -> frozenset[str]:
    """The variables that `source` reads from outside; raises RenderingError when it is not Jinja."""
    from jinja2 import TemplateSyntaxError, meta

    try:
        return frozenset(meta.find_undeclared_variables(_environment().parse(source)))
    except TemplateSyntaxError as error:
        raise RenderingError(f"line {error.lineno}: {error.message}") from error


def render(source: str, messages: Messages, **variables: Any) -> str:
    """The text of `messages`; raises RenderingError when the template refuses them."""
    from jinja2 import TemplateError

    try:
        return _compiled(source).render(messages=messages, **variables)
    except (TemplateError, TypeError, ValueError, LookupError, AttributeError, ArithmeticError) as error:
        raise RenderingError(str(error)) from error


@lru_cache(maxsize=32)
def _compiled(source: str) -> Template:
    return _environment().from_string(source)


@lru_cache(maxsize=1)
def _environment() -> Environment:
    """As transformers' apply_chat_template has it.

    Two differences: `generation` blocks are read and ignored, and strftime_now is missing, for a date in the text
    would make every day's rows different.
    """
    from jinja2 import TemplateError, ext
    from jinja2.sandbox import ImmutableSandboxedEnvironment

    class GenerationBlock(ext.Extension):
        tags = {"generation"}  # noqa: RUF012  (as the base class declares it)

        def parse(self, parser: Parser) -> list[nodes.Node]:
            next(parser.stream)
            return parser.parse_statements(("name:endgeneration",), drop_needle=True)

    def raise_exception(message: str) -> NoReturn:
        raise TemplateError(message)

    environment = ImmutableSandboxedEnvironment(
        trim_blocks=True, lstrip_blocks=True, extensions=[GenerationBlock, ext.loopcontrols]
    )
    environment.filters["tojson"] = _to_json
    environment.globals["raise_exception"] = raise_exception
    return environment


def _to_json(value: Any, ensure_ascii: bool = False, indent: int | None = None, **options: Any) -> str:
    # Jinja's own filter escapes what is special in HTML.
    return json.dumps(value, ensure_ascii=ensure_ascii, indent=indent, **options)
