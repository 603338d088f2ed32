"""Asking an endpoint whether it works, and saying in plain words what is wrong when it does not."""

from __future__ import annotations

import asyncio
import errno
import re
from dataclasses import dataclass, replace
from time import monotonic
from typing import TYPE_CHECKING, Any
from urllib.parse import urljoin

import orjson

from generation_functions.masking import Mask, passwords_in
from generation_functions.names import closest

if TYPE_CHECKING:
    import aiohttp

    from generation_functions.model import Model

_MOST_BYTES = 8 << 20  # of a list of models; the longest known ones take half a megabyte
_MOST_MODELS = 1_000
_WORDS = 300
_NAMED = 12


@dataclass(frozen=True)
class Finding:
    """What came of asking an endpoint."""

    ok: bool = False
    seconds: float = 0.0
    models: tuple[str, ...] = ()
    """Those it lists."""
    problem: str = ""
    advice: str = ""


@dataclass(frozen=True)
class _Listing:
    """The answer to GET /models; `models` is None when it holds no list of models."""

    status: int
    models: tuple[str, ...] | None = None
    words: str = ""
    location: str = ""

    @property
    def is_an_api(self) -> bool:
        return self.models is not None or self.status in (401, 403)


def examine(base_url: str, key: str = "", model: str = "", *, limit: float = 15.0) -> Finding:
    """Look whether `base_url` answers like an OpenAI-compatible API, takes the key, and has the model.

    Without `model` only the list of models is asked for, which some providers give to anybody; with it, one tiny
    question is asked too (a few tokens). Keys show in no answer. Redirects are not followed: a key goes where it
    was sent and nowhere else.

    Args:
        base_url: The API's root.
        key: API key; '' sends none.
        model: Name of a model.
        limit: Seconds until everything counts as hanging.
    """
    key = key.strip()  # a variable may hold the end of a line too
    mask = Mask([key, *passwords_in(base_url)])
    started = monotonic()
    loop = asyncio.new_event_loop()
    try:
        finding = loop.run_until_complete(_within(limit, base_url.rstrip("/"), key, model))
    finally:
        loop.close()  # does not wait for a name server that hangs, as asyncio.run would
    return Finding(
        finding.ok,
        round(monotonic() - started, 3),
        tuple(map(mask, finding.models)),
        mask(finding.problem),
        mask(finding.advice),
    )


async def _within(limit: float, base_url: str, key: str, model: str) -> Finding:
    try:
        async with asyncio.timeout(limit):
            return await _look(base_url, key, model, limit)
    except TimeoutError:
        return Finding(
            problem=f"{base_url} did not answer within {limit:g} s",
            advice="Check the address and port. A firewall or a proxy may swallow the connection, or the server may "
            "still be loading its model.",
        )


async def _look(base_url: str, key: str, model: str, limit: float) -> Finding:
    import aiohttp

    headers = {"Authorization": f"Bearer {key}"} if key else {}
    try:
        async with aiohttp.ClientSession(headers=headers, cookie_jar=aiohttp.DummyCookieJar()) as session:
            listing = await _list_models(session, base_url)
            if listing.models is None and not (model and listing.status in (404, 405)):
                better = await _better_address(session, base_url) if listing.status in (200, 404, 405) else ""
                return _without_list(base_url, key, listing, better)
            if not model:
                return Finding(True, models=listing.models or (), advice=_NO_QUESTION if key else "")
            asked = await _ask(base_url, key, model, limit)
            if asked.ok or listing.models is not None:
                return _with_models(asked, model, listing.models or ())
            better = await _better_address(session, base_url)
            return _without_list(base_url, key, listing, better) if better else asked
    except (aiohttp.ClientError, OSError, ValueError) as error:
        problem, advice = _connection_words(base_url, error)
        return Finding(problem=problem, advice=advice)


_NO_QUESTION = "The list of models came. Some providers give it to anybody: name a model, and the key is tried too."


async def _list_models(session: aiohttp.ClientSession, base_url: str) -> _Listing:
    async with session.get(f"{base_url}/models", allow_redirects=False) as response:
        data = bytearray()
        async for block in response.content.iter_chunked(1 << 16):
            data += block
            if len(data) > _MOST_BYTES:
                break
        location = response.headers.get("Location", "")
        if location:
            location = urljoin(f"{base_url}/models", location).removesuffix("/models").rstrip("/")
        try:
            decoded = orjson.loads(bytes(data))
        except orjson.JSONDecodeError:
            return _Listing(response.status, location=location)  # pages and plain texts are not repeated
        models = _models_in(decoded) if response.status == 200 else None
        return _Listing(response.status, models, _words_in(decoded), location)


def _models_in(decoded: Any) -> tuple[str, ...] | None:
    entries = decoded.get("data") if isinstance(decoded, dict) else decoded  # a bare list at some providers
    if not isinstance(entries, list) or not all(isinstance(entry, dict) and "id" in entry for entry in entries):
        return None
    return tuple(str(entry["id"])[:_WORDS] for entry in entries[:_MOST_MODELS])


def _words_in(decoded: Any) -> str:
    error = decoded.get("error", decoded) if isinstance(decoded, dict) else ""
    if isinstance(error, dict):
        error = error.get("message") or error.get("detail") or ""
    return error if isinstance(error, str) else ""


async def _better_address(session: aiohttp.ClientSession, base_url: str) -> str:
    """The base URL that was probably meant, if an API answers there."""
    shortened = re.sub(r"/(chat/completions|completions|models|embeddings)$", "", base_url)
    candidate = shortened if shortened != base_url else f"{base_url}/v1"
    return candidate if (await _list_models(session, candidate)).is_an_api else ""


def _without_list(base_url: str, key: str, listing: _Listing, better: str) -> Finding:
    said = f": {listing.words}" if listing.words else ""
    problem = f"{base_url} answered {listing.status}{said}"
    if better:
        return Finding(problem=f"there is no API at {base_url}, but there is one at {better}", advice=f"Use {better}")
    if listing.location:
        return Finding(problem=f"{base_url} sends us on to {listing.location}", advice=f"Try {listing.location}")
    if listing.status in (401, 403):
        wrong = "the key was refused" if key else "a key is needed, and none was sent"
        return Finding(problem=f"{wrong}: {problem}", advice=_KEY_ADVICE if key else "Save the key as a secret first.")
    if listing.status == 200:
        return Finding(problem=f"{base_url} answers, but not like an OpenAI-compatible API", advice=_ADDRESS_ADVICE)
    for first, last, advice in _STATUS_ADVICE:
        if first <= listing.status <= last:
            return Finding(problem=problem, advice=advice)
    return Finding(problem=problem, advice=_ADDRESS_ADVICE)


_KEY_ADVICE = (
    "Check that the key is of this provider, whole, and not withdrawn; save it again, or make a new one there."
)
_ADDRESS_ADVICE = (
    "Check the address: it is the API's root, usually ending in /v1 (Ollama: http://127.0.0.1:11434/v1). "
    "The provider's manual names it as base URL."
)
_STATUS_ADVICE = (
    (402, 402, "The account is out of credit: top it up."),
    (404, 405, _ADDRESS_ADVICE),
    (429, 429, "Too many requests, or the quota is used up: wait a minute, and look at the account's limits."),
    (500, 599, "The server is in trouble: try again later, or look at its log if it is yours."),
)


async def _ask(base_url: str, key: str, model: str, limit: float) -> Finding:
    from generation_functions.model import Model

    return await call_once(Model.model_validate({"name": model, "base_url": base_url}), base_url, key, limit)


def _with_models(asked: Finding, model: str, models: tuple[str, ...]) -> Finding:
    if asked.ok or model in models or not models:
        return replace(asked, models=models)
    near = closest(model, models)
    hint = f"Did you mean {near}? " if near else ""
    named = ", ".join(models[:_NAMED]) + (", ..." if len(models) > _NAMED else "")
    return Finding(False, 0.0, models, f"there is no model called {model}: {asked.problem}", f"{hint}It has: {named}")


async def call_once(model: Model, base_url: str, key: str, timeout: float) -> Finding:
    """One tiny question to `model` at one of its endpoints."""
    from generation_functions.endpoints import BadRequestError, Endpoint, TroubleError
    from generation_functions.errors import ModelRefusedError

    question = "Answer with the one word: yes"
    chat = model.mode == "chat"
    asked = {"messages": [{"role": "user", "content": question}]} if chat else {"prompt": question}
    path = "/chat/completions" if chat else "/completions"
    endpoint = Endpoint(base_url, key, 1, mask=Mask(model.secrets()))
    await endpoint.open()
    started = monotonic()
    try:
        try:
            body = orjson.dumps({"model": model.name, **asked, "max_tokens": 16})
            await endpoint.post(path, body, timeout, model.headers)
        except BadRequestError as error:
            if "max_tokens" not in str(error):  # some models know it by another name
                raise
            await endpoint.post(path, orjson.dumps({"model": model.name, **asked}), timeout, model.headers)
    except (TroubleError, BadRequestError, ModelRefusedError) as error:
        return Finding(problem=str(error))
    finally:
        await endpoint.close()
    return Finding(True, round(monotonic() - started, 3))


async def known_models(base_url: str, key: str, timeout: float = 5.0) -> tuple[str, ...]:
    """The models that an endpoint lists; none when it does not say."""
    import aiohttp

    headers = {"Authorization": f"Bearer {key}"} if key else {}
    try:
        async with asyncio.timeout(timeout), aiohttp.ClientSession(headers=headers) as session:
            return (await _list_models(session, base_url)).models or ()
    except (aiohttp.ClientError, OSError, ValueError, TimeoutError):
        return ()


def _connection_words(base_url: str, error: Exception) -> tuple[str, str]:
    """What is wrong with the connection, and what to do."""
    import aiohttp

    said = str(error)
    # With several addresses for one name there are several errors, told in one text.
    refused = getattr(error, "errno", 0) == errno.ECONNREFUSED or f"[Errno {errno.ECONNREFUSED}]" in said
    host = getattr(error, "host", "") or base_url
    for applies, problem, advice in (
        (
            isinstance(error, aiohttp.ClientConnectorDNSError),
            f"the name {host} is not known",
            "Check how it is spelled, and that this machine is online.",
        ),
        (
            isinstance(error, aiohttp.ClientConnectorCertificateError),
            f"the certificate of {host} is not trusted: {said}",
            "A server of your own may have a self-signed one: use http:// inside your network, or have this machine "
            "trust it (SSL_CERT_FILE).",
        ),
        (
            isinstance(error, aiohttp.ClientSSLError),
            f"no secure connection to {host}: {said}",
            "The server may speak plain http: try http:// instead of https://",
        ),
        (
            refused,
            f"nothing answers at {base_url}: the connection was refused",
            "Start the server, or check the port (Ollama 11434, LM Studio 1234, llama.cpp 8080, vLLM 8000). In a "
            "container, 127.0.0.1 is the container itself.",
        ),
        (
            isinstance(error, aiohttp.ClientConnectorError),
            f"{host} cannot be reached: {said}",
            "Check the address, the network and the firewall.",
        ),
        (
            isinstance(error, aiohttp.InvalidURL | aiohttp.NonHttpUrlClientError | ValueError),
            f"{base_url} is not a URL",
            "Write it like https://api.openai.com/v1",
        ),
    ):
        if applies:
            return problem, advice
    return (
        f"{base_url} ended the connection without an answer: {said or type(error).__name__}",
        "Something else may live on that port, or it wants https://",
    )
