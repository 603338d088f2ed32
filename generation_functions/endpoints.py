"""One OpenAI-compatible endpoint over HTTP: what to send where, and what its troubles mean.

Three kinds of trouble, never mixed up: the provider is in trouble (`TroubleError`: wait and try again), the
request is bad (`BadRequestError`: this record cannot be done), and it can never work (`ModelRefusedError`).
"""

from __future__ import annotations

import asyncio
import random
from collections import Counter
from collections.abc import Callable, Container
from dataclasses import dataclass
from time import monotonic
from typing import TYPE_CHECKING, Any

import orjson

from generation_functions.concurrency import AdaptiveLimiter
from generation_functions.deadlines import Deadlines
from generation_functions.errors import EndpointDownError, ModelRefusedError
from generation_functions.masking import Mask, passwords_in

if TYPE_CHECKING:
    from yarl import URL

_BAD_REQUESTS_BEFORE_GIVING_UP = 5
_TROUBLES_UNTIL_DOWN = 3  # after these, calls go to the model's other endpoints
_BAD_REQUESTS = (400, 403, 405, 406, 413, 414, 415, 422, 431)
_MOST_BYTES_LOOKED_AT = 16_384  # of an error that is not JSON
_QUOTA_CODES = (b"insufficient_quota", b"billing_hard_limit", b"insufficient_funds", b"credit balance")


class TroubleError(Exception):
    """The provider is in trouble; the same request may well succeed later.

    Attributes:
        kind: What to count it as: a status code, `timeout`, `connection`, `body`.
        retry_after: Seconds the provider asked to wait, if it did.
    """

    def __init__(self, kind: str, message: str, retry_after: float | None = None) -> None:
        self.kind = kind
        self.retry_after = retry_after
        super().__init__(message)


class BadRequestError(Exception):
    """The endpoint understood this one request and will never answer it."""


@dataclass(frozen=True, slots=True)
class Waits:
    """How long to wait for what, in seconds."""

    first: float = 0.5  # after the first trouble; doubles with each further one
    longest: float = 30.0
    between_probes: float = 15.0  # of an endpoint that is down while others answer
    poison: float = 120.0  # a request that fails for as long, and `poison_tries` times, while others are answered
    poison_tries: int = 10


class Endpoint:
    """A base URL with a key, its slots, and what is known of its health.

    `mask` takes keys out of what the provider says: some repeat the key that they refuse.
    """

    def __init__(
        self, base_url: str, api_key: str, ceiling: int, waits: Waits = Waits(), mask: Mask | None = None
    ) -> None:
        self.base_url = base_url
        self.waits = waits
        self.limiter = AdaptiveLimiter(ceiling)
        self.troubles: Counter[str] = Counter()
        self.down_since: float | None = None
        self.last_success = 0.0
        self.refusal: str | None = None  # why it can never work
        self._paused_until = 0.0
        self._refused_in_a_row = 0
        self._troubles_in_a_row = 0
        self._probe_at = 0.0
        self._deadlines = Deadlines()
        self._urls: dict[str, URL] = {}
        self._mask = mask or Mask()
        self._mask.add([api_key, *passwords_in(base_url)])
        self._headers = {"Content-Type": "application/json"}
        if api_key:
            self._headers["Authorization"] = f"Bearer {api_key}"

    async def open(self) -> None:
        """Make the HTTP session; needs the running loop."""
        import aiohttp

        self._session = aiohttp.ClientSession(
            connector=aiohttp.TCPConnector(limit=0, ttl_dns_cache=300),
            cookie_jar=aiohttp.DummyCookieJar(),
            headers=self._headers,
            timeout=aiohttp.ClientTimeout(total=None, sock_connect=30),
        )

    async def close(self) -> None:
        """Close the HTTP session."""
        await self._deadlines.close()
        await self._session.close()

    def _url(self, path: str) -> URL:
        url = self._urls.get(path)
        if url is None:
            from yarl import URL

            try:
                url = URL(self.base_url + path)
            except ValueError as error:
                raise self._refusal(f"base_url {self.base_url!r} is not a URL: {error}") from error
            if url.scheme not in ("http", "https"):
                raise self._refusal(f"base_url {self.base_url!r} does not begin with http:// or https://")
            self._urls[path] = url
        return url

    async def post(
        self,
        path: str,
        body: bytes,
        timeout: float,
        headers: dict[str, str],
        before_send: Callable[[], None] = lambda: None,
        proven: Container[Endpoint] = (),
    ) -> dict[str, Any]:
        """Send one request, holding a slot. Returns the decoded body of a 200.

        `before_send` is called when the slot is there; it raises when the run has begun to stop meanwhile.
        `proven` holds the endpoints where the model has answered: a 404 or 403 there is not the settings' fault.

        Raises:
            TroubleError, BadRequestError, ModelRefusedError: see the module's first lines.
        """
        await self._wait_while_paused()
        await self.limiter.acquire()
        sent_at = monotonic()
        try:
            before_send()
            data = await self._exchange(path, body, timeout, headers, proven)
            reply = self._decode(data, proven)
        except TroubleError as trouble:
            self._note_trouble(trouble, sent_at)
            raise
        except BadRequestError:
            self.limiter.succeeded(monotonic() - sent_at)
            raise
        except BaseException:
            self.limiter.abandon()
            raise
        self.last_success = monotonic()
        self.limiter.succeeded(self.last_success - sent_at)
        self.down_since = None
        self._refused_in_a_row = self._troubles_in_a_row = 0
        return reply

    def worth_a_call(self) -> bool:
        """Whether calls should go here: it answers, or it is time to see whether it does again."""
        if self._troubles_in_a_row < _TROUBLES_UNTIL_DOWN:
            return True
        if monotonic() < self._probe_at:
            return False
        self._probe_at = monotonic() + self.waits.between_probes
        return True

    async def _exchange(
        self, path: str, body: bytes, timeout: float, headers: dict[str, str], proven: Container[Endpoint]
    ) -> bytes:
        import aiohttp

        url = self._url(path)
        task = asyncio.current_task()
        assert task is not None
        self._deadlines.set(task, timeout)
        try:
            async with self._session.post(url, data=body, headers=headers or None) as response:
                data = await response.read()
                if response.status != 200:
                    raise self._error_for(response.status, data, response.headers.get("Retry-After"), proven)
                return data
        except asyncio.CancelledError:
            if not self._deadlines.expired(task):
                raise
            raise self._trouble("timeout", f"{url} did not answer within {timeout:g} s") from None
        except aiohttp.InvalidURL as error:
            raise self._refusal(f"{url} is not a URL. Check base_url.") from error
        except ValueError as error:
            if url.raw_user is None and url.raw_password is None:
                raise
            raise self._refusal(
                f"base_url {self.base_url} holds a user or password, and there is an api_key (or an Authorization "
                "header) too; a request can bring only one of them. Leave one out."
            ) from error
        except (aiohttp.ClientError, OSError) as error:
            raise self._trouble("connection", f"{url}: {str(error) or type(error).__name__}") from error
        finally:
            self._deadlines.clear(task)

    def _decode(self, data: bytes, proven: Container[Endpoint]) -> dict[str, Any]:
        try:
            decoded = orjson.loads(data)
        except orjson.JSONDecodeError as error:
            start = self._mask(data[:_MOST_BYTES_LOOKED_AT].decode("utf-8", "replace"))[:80]
            said = f"{self.base_url} answered with something that is not JSON: {start!r}"
            raise self._trouble("body", said) from error
        if not isinstance(decoded, dict):
            raise self._trouble("body", f"{self.base_url} answered with JSON that is not an object")
        if "error" in decoded and not decoded.get("choices"):  # a 200 that is an error in disguise
            raise self._error_for(_status_inside(decoded), data, None, proven)
        return decoded

    def _error_for(self, status: int, data: bytes, retry_after: str | None, proven: Container[Endpoint]) -> Exception:
        said = self._mask(f"{self.base_url} answered {status}: {provider_words(data, self._mask)}")
        if status == 402 or (status in (403, 429) and any(code in data for code in _QUOTA_CODES)):
            return self._refusal(f"{said} The account is out of credit or quota: top it up, then run again.")
        if status == 401 or (status == 403 and self not in proven):
            return self._refusal(f"{said} Check api_key and that the key may use this model.")
        if status in (404, 405) and self not in proven:
            return self._refusal(f"{said} Check the model's name and that base_url ends in the API's root (…/v1).")
        if status in _BAD_REQUESTS:
            return BadRequestError(said)
        return self._trouble(str(status), said, _seconds(retry_after))

    def _trouble(self, kind: str, message: str, retry_after: float | None = None) -> TroubleError:
        return TroubleError(kind, self._mask(message), retry_after)

    def _refusal(self, message: str) -> ModelRefusedError:
        self.refusal = self._mask(message)
        return ModelRefusedError(self.refusal)

    def _note_trouble(self, trouble: TroubleError, sent_at: float) -> None:
        self.troubles[trouble.kind] += 1
        self._troubles_in_a_row += 1
        if trouble.kind != "429":
            self.limiter.failed(sent_at)
        else:
            self.limiter.refused()
            self._refused_in_a_row += 1
            # Refusals only, nothing accepted: a rate limit, not too many at once. All calls wait.
            if self._refused_in_a_row > 2 * self.limiter.ceiling or self.limiter.limit <= 1:
                self._paused_until = monotonic() + (trouble.retry_after or self.waits.first)
        if self.down_since is None and self.last_success < sent_at:
            self.down_since = sent_at

    async def _wait_while_paused(self) -> None:
        while (wait := self._paused_until - monotonic()) > 0:
            await asyncio.sleep(wait + random.random() * 0.1)


class EndpointPool:
    """The endpoints of one model: spreads calls, fails over, waits out troubles."""

    def __init__(
        self,
        endpoints: list[Endpoint],
        *,
        timeout: float,
        patience: float,
        headers: dict[str, str],
        waits: Waits = Waits(),
    ) -> None:
        self._endpoints = endpoints
        self._timeout = timeout
        self._patience = patience
        self._headers = headers
        self._waits = waits
        self._proven: set[Endpoint] = set()  # those that have answered for this model
        self._bad_requests = 0

    @property
    def ceiling(self) -> int:
        """Most calls that can be in flight over all endpoints."""
        return sum(endpoint.limiter.ceiling for endpoint in self._endpoints)

    async def post(self, path: str, body: bytes, before_send: Callable[[], None]) -> tuple[dict[str, Any], int, float]:
        """Send until somebody answers. Returns the reply, how often it was sent, and the last latency.

        `before_send` is called before every sending and while waiting; it raises when the run is stopping.

        Raises:
            EndpointDownError: All endpoints stayed in trouble longer than the model's patience.
            ModelRefusedError, BadRequestError: see the module's first lines.
        """
        tries, first_sent = 0, monotonic()
        while True:
            endpoint = self._choose()
            tries += 1
            sent_at = monotonic()
            try:
                reply = await endpoint.post(path, body, self._timeout, self._headers, before_send, self._proven)
                self._proven.add(endpoint)
                return reply, tries, monotonic() - sent_at
            except BadRequestError as error:
                self._note_bad_request(error)
                raise
            except ModelRefusedError:
                if all(other.refusal for other in self._endpoints):
                    raise
                continue
            except TroubleError as trouble:
                self._check_patience(trouble)
                if tries >= self._waits.poison_tries and self._last_success() > first_sent + self._waits.poison:
                    # Others are answered, this one never: it is the request, not the provider.
                    raise BadRequestError(f"tried {tries} times, last answer: {trouble}") from trouble
                await _pause(self._wait(trouble, tries), before_send)

    def _choose(self) -> Endpoint:
        if len(self._endpoints) == 1:
            return self._endpoints[0]
        healthy = [endpoint for endpoint in self._endpoints if not endpoint.refusal]
        up = [endpoint for endpoint in healthy if endpoint.worth_a_call()] or healthy
        return min(up or self._endpoints, key=lambda endpoint: endpoint.limiter.load)

    def _check_patience(self, trouble: TroubleError) -> None:
        downs = [endpoint.down_since for endpoint in self._endpoints if not endpoint.refusal]
        if downs and all(downs) and monotonic() - max(since or 0 for since in downs) > self._patience:
            raise EndpointDownError(
                f"{trouble}. Nothing was answered for {self._patience:g} s, so the run paused. "
                "Everything is kept: run the same command when the endpoint is back."
            ) from trouble

    def _note_bad_request(self, error: BadRequestError) -> None:
        if mentions_schema(str(error)):  # the client asks again without
            return
        self._bad_requests += 1
        if self._bad_requests >= _BAD_REQUESTS_BEFORE_GIVING_UP and not self._proven:
            raise ModelRefusedError(
                f"{error} The first {self._bad_requests} requests were all refused like this, so the "
                "settings are wrong, not the records: check sampling, context_tokens and the model's name."
            ) from error

    def _last_success(self) -> float:
        return max(endpoint.last_success for endpoint in self._endpoints)

    def _wait(self, trouble: TroubleError, tries: int) -> float:
        if trouble.retry_after:
            return trouble.retry_after * (1 + 0.1 * random.random())
        doubled = self._waits.first * float(2 ** min(tries - 1, 10))
        return min(self._waits.longest, doubled) * (0.5 + random.random())


async def _pause(seconds: float, check: Callable[[], None]) -> None:
    """Sleep, but notice within a second that the run is stopping."""
    while seconds > 0:
        await asyncio.sleep(min(1.0, seconds))
        seconds -= 1.0
        check()


def mentions_schema(message: str) -> bool:
    """Whether an error message is about structured output."""
    lowered = message.lower()
    return any(word in lowered for word in ("response_format", "json_schema", "json schema", "structured output"))


def provider_words(data: bytes, mask: Callable[[str], str] = str) -> str:
    """What the provider said, out of an error body of any common shape, masked; at most 400 characters."""
    try:
        decoded = orjson.loads(data)
    except orjson.JSONDecodeError:
        text = data[:_MOST_BYTES_LOOKED_AT].decode("utf-8", "replace").strip()
        return mask(text)[:400] or "(no message)"  # masked first: half a key would not be known
    error = decoded.get("error", decoded) if isinstance(decoded, dict) else decoded
    if isinstance(error, dict):
        error = error.get("message") or error.get("detail") or error
    return mask(str(error))[:400]


def _status_inside(decoded: dict[str, Any]) -> int:
    error = decoded["error"]
    code = str(error.get("code")) if isinstance(error, dict) else ""
    return int(code) if code.isascii() and code.isdigit() and 400 <= int(code) < 600 else 500


def _seconds(retry_after: str | None) -> float | None:
    try:
        return min(600.0, max(0.0, float(retry_after))) if retry_after else None
    except ValueError:  # an HTTP date: rare, and the ordinary wait does as well
        return None
