"""The `Model` parameter: which model, where it answers, how it samples, what it costs.

A string is shorthand: `offline`, `auto`, `PROVIDER:NAME` (`ollama:qwen3:8b`, `openai:gpt-5-mini`). Besides the
providers below there may be some of a person's own, see own_providers.py.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field, SecretStr, field_validator, model_validator

from generation_functions.errors import AugmentoolkitError
from generation_functions.masking import passwords_in, secret_headers

OFFLINE = "offline"
AUTO = "auto"


@dataclass(frozen=True)
class Provider:
    """Where a provider's OpenAI-compatible API answers, and which variable or which secret holds its key."""

    base_url: str
    key_variable: str = ""
    secret: str = ""


PROVIDERS = {
    "openai": Provider("https://api.openai.com/v1", "OPENAI_API_KEY"),
    "openrouter": Provider("https://openrouter.ai/api/v1", "OPENROUTER_API_KEY"),
    "together": Provider("https://api.together.xyz/v1", "TOGETHER_API_KEY"),
    "groq": Provider("https://api.groq.com/openai/v1", "GROQ_API_KEY"),
    "deepinfra": Provider("https://api.deepinfra.com/v1/openai", "DEEPINFRA_API_KEY"),
    "mistral": Provider("https://api.mistral.ai/v1", "MISTRAL_API_KEY"),
    "fireworks": Provider("https://api.fireworks.ai/inference/v1", "FIREWORKS_API_KEY"),
    "ollama": Provider("http://127.0.0.1:11434/v1"),
    "lmstudio": Provider("http://127.0.0.1:1234/v1"),
    "llamacpp": Provider("http://127.0.0.1:8080/v1"),
    "vllm": Provider("http://127.0.0.1:8000/v1"),
}
# `auto` looks only here: nothing in this list sends a bill.
LOCAL_PROVIDERS = ("ollama", "lmstudio", "llamacpp", "vllm")


class Sampling(BaseModel):
    """Sampling settings; any other key is passed on to the provider as it stands."""

    model_config = ConfigDict(extra="allow", frozen=True)

    temperature: float | None = Field(default=None, ge=0, description="0 is greedy.")
    top_p: float | None = Field(default=None, gt=0, le=1)
    max_tokens: int | None = Field(default=None, gt=0, description="Longest reply, in tokens.")
    stop: str | list[str] | None = None


class Prices(BaseModel):
    """Dollars per million tokens."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    input: float = Field(ge=0)
    output: float = Field(ge=0)
    cached_input: float | None = Field(default=None, ge=0, description="Prompt tokens the provider had cached.")


class Model(BaseModel):
    """One model behind one or several OpenAI-compatible endpoints."""

    # What was given may hold a key: a message about a mistake does not repeat it.
    model_config = ConfigDict(extra="forbid", frozen=True, hide_input_in_errors=True)

    name: str = Field(
        default=AUTO,
        description="The provider's name of the model, `PROVIDER:NAME`, `offline` (rule-based, free), or `auto` "
        "(a local server that answers, otherwise offline).",
    )
    base_url: str | list[str] = Field(
        default="", description="API root, usually ending in /v1. A list spreads calls over several endpoints."
    )
    api_key: SecretStr | list[SecretStr] | None = Field(
        default=None, description="Write ${VARIABLE} or secret://NAME. A list spreads calls over several keys."
    )
    sampling: Sampling = Field(default_factory=Sampling)
    prices: Prices | None = Field(
        default=None, description="Dollars per million tokens; default: the shipped price table, otherwise free."
    )
    concurrency_limit: int = Field(
        default=64, gt=0, description="Most calls in flight at one endpoint. Fewer are used when it slows down."
    )
    mode: Literal["chat", "completion"] = Field(
        default="chat", description="`completion` sends the messages as one plain text to /completions."
    )
    timeout: float = Field(default=300, gt=0, description="Seconds until a call counts as hanging.")
    patience: float = Field(
        default=900, ge=0, description="Seconds an endpoint may stay down before the run pauses (exit 3)."
    )
    context_tokens: int | None = Field(
        default=None, gt=0, description="Size of the model's context; longer prompts are shortened or refused."
    )
    headers: dict[str, str] = Field(default_factory=dict, repr=False, description="Extra HTTP headers.")

    @model_validator(mode="before")
    @classmethod
    def _from_shorthand(cls, value: Any) -> Any:
        if isinstance(value, str):
            value = {"name": value}
        if not isinstance(value, dict):
            return value
        provider_name, colon, rest = str(value.get("name", "")).partition(":")
        if not (colon and rest) or value.get("base_url"):
            return value
        from generation_functions.own_providers import find_provider, key_of

        try:
            provider = find_provider(provider_name)
            if provider is None:
                return value
            key = value.get("api_key") or key_of(provider_name, provider)
        except AugmentoolkitError as error:
            raise ValueError(str(error)) from error
        value = {**value, "name": rest, "base_url": provider.base_url}
        return {**value, "api_key": key} if key else value

    @field_validator("base_url")
    @classmethod
    def _without_trailing_slash(cls, value: str | list[str]) -> str | list[str]:
        return value.rstrip("/") if isinstance(value, str) else [url.rstrip("/") for url in value]

    @model_validator(mode="after")
    def _knows_where(self) -> Model:
        if self.name not in (OFFLINE, AUTO) and not self.base_url:
            known = ", ".join(PROVIDERS)
            raise ValueError(
                f"model {self.name!r} needs a base_url, or a provider in front of its name ({known}), "
                "for example ollama:qwen3:8b"
            )
        return self

    @property
    def is_offline(self) -> bool:
        """Whether the rule-based stand-in answers."""
        return self.name == OFFLINE

    def endpoints(self) -> list[tuple[str, str]]:
        """Every (base URL, API key) pair that calls are spread over. Without a key the key is ''."""
        urls = [self.base_url] if isinstance(self.base_url, str) else self.base_url
        keys: list[SecretStr | None] = [*self.api_key] if isinstance(self.api_key, list) else [self.api_key]
        keys = keys or [None]
        if len(keys) == len(urls):
            pairs = list(zip(urls, keys, strict=True))
        else:
            pairs = [(url, key) for url in urls for key in keys]
        return [(url, key.get_secret_value() if key else "") for url, key in pairs]

    def secrets(self) -> list[str]:
        """Its keys, headers, and passwords in its addresses."""
        pairs = self.endpoints()
        passwords = [password for url, _ in pairs for password in passwords_in(url)]
        return [*(key for _, key in pairs if key), *secret_headers(self.headers), *passwords]

    def public(self) -> dict[str, Any]:
        """What may be shown and saved: everything but keys and headers."""
        return {
            **self.model_dump(mode="json", exclude={"api_key", "headers"}, exclude_defaults=True),
            "name": self.name,
        }
