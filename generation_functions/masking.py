"""Keys kept out of what is written: in messages, logs and events they become ***. Replies of models are left alone."""

from __future__ import annotations

import html
import json
import re
from collections.abc import Iterable, Mapping
from typing import Any
from urllib.parse import quote

from generation_functions.config_values import leaves
from generation_functions.schema_words import JsonSchema, is_secret

MASK = "***"
_REFERENCE = "secret://"
_SHORTEST = 6  # shorter ones would hide words
_STAND_INS = frozenset({"ollama", "lm-studio", "not-needed", "no-key-required", "sk-no-key-required"})
"""What the manuals of local servers tell people to write where a key is asked for."""
_PUBLIC_HEADERS = frozenset({"accept", "content-type", "http-referer", "referer", "user-agent", "x-title"})
_SCHEMES = ("bearer", "basic", "token", "apikey", "api-key", "key")
_PASSWORD = re.compile(r"\w+://[^/\s:@]*:([^/\s@]+)@")


class Mask:
    """Replaces the secrets it knows in texts; more can be added while it is in use."""

    def __init__(self, secrets: Iterable[str] = ()) -> None:
        self._forms: frozenset[str] = frozenset()
        self._pattern: re.Pattern[str] | None = None
        self.add(secrets)

    def add(self, secrets: Iterable[str]) -> None:
        """Learn more secrets. Those shorter than six characters are left out: they would hide words."""
        forms = self._forms.union(*map(_forms, secrets))
        if forms != self._forms:
            longest_first = sorted(forms, key=lambda form: (-len(form), form))
            self._forms, self._pattern = forms, re.compile("|".join(map(re.escape, longest_first)))

    def __call__(self, text: str) -> str:
        """`text` without the secrets."""
        return self._pattern.sub(MASK, text) if self._pattern else text

    def inside(self, value: Any) -> Any:
        """`value` without the secrets in its texts, through mappings and lists; keys of mappings stay."""
        if self._pattern is None:
            return value
        if isinstance(value, str):
            return self(value)
        if isinstance(value, Mapping):
            return {key: self.inside(item) for key, item in value.items()}
        return [self.inside(item) for item in value] if isinstance(value, list | tuple) else value


def _forms(secret: str) -> set[str]:
    """How a secret may be written: as it is, without `Bearer`, and escaped for JSON, Python, HTML or a URL."""
    scheme, _, rest = secret.strip().partition(" ")
    texts = {secret.strip(), rest.strip() if scheme.lower() in _SCHEMES else ""}
    return {
        form
        for text in texts
        if len(text) >= _SHORTEST and text.lower() not in _STAND_INS
        for form in (
            text,
            json.dumps(text)[1:-1],
            json.dumps(text, ensure_ascii=False)[1:-1],
            repr(text)[1:-1],
            html.escape(text),
            quote(text, safe=""),
        )
    }


def passwords_in(url: str) -> list[str]:
    """The password in a URL like https://user:password@host, if there is one."""
    return _PASSWORD.findall(url)


def secret_headers(headers: Mapping[str, str]) -> list[str]:
    """The values of HTTP headers that may be secret: all but those of a few that everybody sends."""
    return [value for name, value in headers.items() if name.lower() not in _PUBLIC_HEADERS]


def secret_values(root: JsonSchema, written: Any, filled: Any) -> list[str]:
    """What in a config nothing may show: values that its schema calls secret, of the vault, passwords in URLs.

    Args:
        root: The pipeline's schema.
        written: The config's values, with references as they stand.
        filled: The same, with references filled as far as that was possible.
    """
    references = dict(leaves(written))
    found: list[str] = []
    for path, value in leaves(filled):
        if not isinstance(value, str) or _REFERENCE in value:
            continue
        found += passwords_in(value)
        if _REFERENCE in str(references.get(path)):
            found.append(value)
        elif is_secret(root, path):
            found += secret_headers({str(path[-1]): value})
    return found
