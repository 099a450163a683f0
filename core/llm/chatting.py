"""One call of a model from request to reply: wait for a place, try, try again, check the schema, repair once.

Chat Completions, because many compatible services have no other. What a service refuses as unsupported
(`max_tokens`, `temperature`, `stop`, `stream_options`, `response_format`) is left out or renamed, once, and remembered.
"""

import asyncio
import time
from collections.abc import Callable
from typing import Any

from core.errors import InputError, PromptSchemaError, WorkbenchError
from core.llm import gates, offline, quirks, structured
from core.llm.attempts import Received, streamed, whole
from core.llm.clients import Client, client_for
from core.llm.failures import Target, explained, retry_after_s, status_of
from core.llm.loop import at_close, on_loop
from core.llm.pricing import cost
from core.llm.retrying import pause_before_retry
from core.llm.tokens import estimate_tokens
from core.llm.views import ChatReply, ChatRequest, ConnectionView, Usage

RepairPrompt = Callable[[str, str, dict[str, Any]], str]
"""From a bad reply, what is wrong with it, and the schema: the text that asks for a better one."""

_TOKENS_PER_MESSAGE = 4

at_close(gates.forget_gates)


async def chat(
    connection: ConnectionView,
    request: ChatRequest,
    *,
    on_text: Callable[[str], None] | None = None,
    repair_prompt: RepairPrompt,
) -> ChatReply:
    """Ask a model. With `on_text` the answer is streamed and each piece handed over, on the background loop's thread.

    Once text was shown, nothing is tried again. An answer that does not meet `response_schema` is repaired once by
    a second, not streamed, request; `repair_prompt` runs in a thread. Cancelling the task ends the HTTP request.

    Raises:
        ServiceError and its kinds, PromptSchemaError, ConfigError, InputError: each carries `.partial`, a `ChatReply` with what came
            until then (text, attempts, duration, usage); its cost is 0.0 if the service refused to answer at all.
    """
    return await on_loop(_Call(connection, request, on_text, repair_prompt).run())


class _Call:
    """The state of one call. What it holds at any moment is what a failure reports as partial."""

    def __init__(
        self,
        connection: ConnectionView,
        request: ChatRequest,
        on_text: Callable[[str], None] | None,
        repair_prompt: RepairPrompt,
    ) -> None:
        self._connection = connection
        self._request = request
        self._on_text = on_text
        self._repair_prompt = repair_prompt
        self._attempts = 0
        self._started = time.monotonic()
        self._first_token_ms: int | None = None
        self._earlier: list[tuple[Usage, float | None]] = []
        self._last = Received()
        self._messages: list[dict[str, str]] = []
        self._maybe_charged = False

    async def run(self) -> ChatReply:
        connection = self._connection
        try:
            asked = structured.asked(self._request.response_schema)
            self._messages = self._first_messages()
            async with gates.place_for(connection.id, connection.parallel), client_for(connection) as client:
                self._started = time.monotonic()
                await self._ask(client, asked, self._on_text)
                value = await self._checked(client, asked) if asked else None
            return self._reply(value)
        except WorkbenchError as error:
            error.partial = self._partial()  # type: ignore[attr-defined]
            raise

    def _first_messages(self) -> list[dict[str, str]]:
        texts = (("system", self._request.system), ("user", self._request.user))
        messages = [{"role": role, "content": text} for role, text in texts if text.strip()]
        if not messages:
            raise InputError("There is nothing to send: both texts are empty. Write a system or a user text.")
        return messages

    async def _checked(self, client: Client, asked: structured.Asked) -> Any:
        """The value of the answer; asks once more if it does not fit."""
        try:
            return self._parsed(asked)
        except structured.UnfitError as unfit:
            if self._last.finish_reason == "length":
                raise PromptSchemaError(
                    f"The answer of '{self._request.model}' was cut off by the limit of tokens, so it is not complete JSON. "
                    "Raise max tokens, or ask for less."
                ) from unfit
            reply, reason = self._last.text, str(unfit)
        text = await asyncio.to_thread(self._repair_prompt, reply, reason, asked.schema)
        self._earlier.append(self._usage_and_cost(self._last))
        first = self._last
        if reply.strip():
            self._messages.append({"role": "assistant", "content": reply})
        self._messages.append({"role": "user", "content": text})
        self._last = Received()
        try:
            await self._ask(client, asked, None)
            return self._parsed(asked)
        except structured.UnfitError as unfit:
            raise PromptSchemaError(
                f"The answer of '{self._request.model}' does not meet the response schema, and neither did its second try: "
                f"{unfit}. Make the template say what the answer must look like, loosen the schema, or use another model."
            ) from unfit
        except WorkbenchError:
            if not self._last.text:  # the second request brought nothing: what is worth keeping is the first answer
                self._last = first
                self._earlier.pop()
            raise

    def _parsed(self, asked: structured.Asked) -> Any:
        return structured.parsed(
            self._last.text,
            asked.schema,
            complete=self._last.finish_reason != "length",
            normalise=self._request.normalise,
        )

    async def _ask(self, client: Client, asked: structured.Asked | None, on_text: Callable[[str], None] | None) -> None:
        """Send the messages until there is an answer, which is then `self._last`."""
        connection, request = self._connection, self._request
        target = Target(connection, request.model, client.base_url)
        key = (connection.id, client.base_url, request.model)
        have = quirks.known(key)
        params = self._params(asked, stream=on_text is not None)
        failed = 0
        while True:
            self._attempts += 1
            self._last = received = Received()
            sent = quirks.applied(params, have)
            try:
                if on_text is None:
                    await whole(client.sdk, sent, connection.timeout_s, received)
                else:
                    await streamed(client.sdk, sent, connection.timeout_s, received, on_text)
                self._maybe_charged = True
                return
            except Exception as raw:
                quirk = quirks.learn(raw, key, sent, have)
                if quirk is not None:
                    have.add(quirk)
                    continue
                error = explained(raw, target)
                failed += 1
                asked_s = retry_after_s(raw)
                self._maybe_charged |= not _refused(raw)
                pause = None
                if not received.parts:
                    pause = pause_before_retry(error, tried=failed, max_retries=connection.max_retries, asked_s=asked_s)
                if pause is None:
                    if connection.kind == "offline":
                        offline.forget_offline_url()
                    raise error from raw
            finally:
                if received.first_token_at is not None and self._first_token_ms is None:
                    self._first_token_ms = round((received.first_token_at - self._started) * 1000)
            await asyncio.sleep(pause.seconds)

    def _params(self, asked: structured.Asked | None, *, stream: bool) -> dict[str, Any]:
        request = self._request
        params: dict[str, Any] = {"model": request.model, "messages": self._messages}
        if request.temperature is not None:
            params["temperature"] = request.temperature
        if request.max_tokens is not None:
            # OpenAI itself takes the new name for every model; most others know only the old one.
            params["max_completion_tokens" if self._connection.kind == "openai" else "max_tokens"] = request.max_tokens
        if request.stop:
            params["stop"] = list(request.stop)
        if asked is not None:
            params["response_format"] = asked.response_format
        if stream:
            params["stream_options"] = {"include_usage": True}
        return params

    def _usage_and_cost(self, received: Received) -> tuple[Usage, float | None]:
        """Tokens and USD of one answered request; tokens are estimated where the service did not tell them."""
        request = self._request
        if received.input_tokens is not None and received.output_tokens is not None:
            usage = Usage(received.input_tokens, received.output_tokens, False)
        else:
            sent = sum(estimate_tokens(m["content"], request.model) + _TOKENS_PER_MESSAGE for m in self._messages)
            usage = Usage(sent, estimate_tokens(received.text, request.model), True)
        price = cost(self._connection, request.model, usage.input_tokens, usage.output_tokens)
        if price is None and received.model:  # on Azure the model asked for is the name of a deployment
            price = cost(self._connection, received.model, usage.input_tokens, usage.output_tokens)
        return usage, price

    def _reply(self, value: Any) -> ChatReply:
        return self._as_reply([*self._earlier, self._usage_and_cost(self._last)], value)

    def _partial(self) -> ChatReply:
        if self._last.parts or self._last.output_tokens is not None:
            return self._reply(None)
        if self._earlier or self._maybe_charged:
            return self._as_reply([*self._earlier, (None, None)], None)
        return self._as_reply([(None, 0.0)], None)

    def _as_reply(self, answered: list[tuple[Usage | None, float | None]] | list[Any], value: Any) -> ChatReply:
        usages = [usage for usage, _ in answered if usage is not None]
        prices = [price for _, price in answered]
        usage = None
        if usages:
            usage = Usage(
                sum(each.input_tokens for each in usages),
                sum(each.output_tokens for each in usages),
                any(each.estimated for each in usages) or len(usages) < len(answered),
            )
        return ChatReply(
            text=self._last.text,
            parsed=value,
            usage=usage,
            cost_usd=None if None in prices else sum(prices),
            duration_ms=round((time.monotonic() - self._started) * 1000),
            first_token_ms=self._first_token_ms,
            attempts=self._attempts,
            model=self._last.model or self._request.model,
            finish_reason=self._last.finish_reason,
        )


def _refused(raw: Exception) -> bool:
    """Whether the service certainly did no work that it could charge for: it refused, or was never reached."""
    status = status_of(raw)
    if status is not None:
        return status < 500
    import aiohttp

    return isinstance(raw, aiohttp.ClientConnectorError | aiohttp.ConnectionTimeoutError)
