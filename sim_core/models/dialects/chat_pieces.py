"""Chunks of a chat completion as deltas, whatever accent the server has."""

from collections.abc import Iterator
from typing import Any
from uuid import uuid4

import msgspec

from sim_core.errors import Unreachable
from sim_core.models.dialects import sdk
from sim_core.spec.prompts import CallArguments, CallStart, Citation, Delta, Stop, Text, Thinking, Usage
from sim_core.spec.providers import Client

STOPS = {
    "stop": "stop",
    "eos": "stop",
    "end_turn": "stop",
    "stop_sequence": "stop",
    "length": "length",
    "max_tokens": "length",
    "tool_calls": "tool_calls",
    "tool_use": "tool_calls",
    "function_call": "tool_calls",
    "content_filter": "content_filter",
}


class _Call:
    """A call that is being told: where it stands, who it is, and what of its arguments has come."""

    __slots__ = ("arguments", "id", "index")

    def __init__(self, index: int, id: str) -> None:
        self.index, self.id, self.arguments = index, id, ""


class Pieces:
    """Reads the chunks of one answer."""

    def __init__(self, client: Client) -> None:
        self._client = client
        self._open: dict[int, _Call] = {}
        self._count = 0
        self._cited: set[str] = set()
        self._reason = ""
        self._usage: Usage | None = None

    def read(self, chunk: dict[str, Any]) -> Iterator[Delta]:
        """What one chunk says; raises `Refused` when it is an error."""
        if chunk.get("error"):
            error = sdk.within(chunk, "error") or {"message": str(chunk["error"])}
            status = error.get("code") if isinstance(error.get("code"), int) else None
            kind = str(error.get("code") or error.get("type") or "")
            raise sdk.refused(self._client, str(error.get("message") or ""), kind=kind, status=status)
        if usage := sdk.within(chunk, "usage"):
            self._usage = _usage(usage)
        for choice in chunk.get("choices") or ():
            # Servers that do not stream calls send a whole message where a delta belongs.
            yield from self._delta(choice.get("delta") or choice.get("message") or {})
            if reason := choice.get("finish_reason"):
                self._reason = STOPS.get(str(reason), str(reason))
        for url in chunk.get("citations") or ():
            if isinstance(url, str) and url not in self._cited:  # Perplexity repeats them with every chunk.
                self._cited.add(url)
                yield Citation(url)

    def end(self) -> Iterator[Delta]:
        """What is known once the stream has ended; raises `Unreachable` when it broke off."""
        if not self._reason and self._usage is None:
            raise Unreachable(f"{self._client.host} ended the answer before it was complete", code="broken_off")
        if self._usage is not None:
            yield self._usage
        # Ollama and others say "stop" although they called tools.
        plain = self._reason in ("", "stop")
        yield Stop("tool_calls" if plain and self._count else self._reason or "stop")

    def _delta(self, delta: dict[str, Any]) -> Iterator[Delta]:
        for name in ("reasoning_content", "reasoning"):
            if isinstance(thought := delta.get(name), str) and thought:
                yield Thinking(thought)
                break
        yield from _words(delta.get("content"))
        if isinstance(refusal := delta.get("refusal"), str) and refusal:
            yield Text(refusal)
        for note in delta.get("annotations") or ():
            if cited := sdk.within(note, "url_citation"):
                yield Citation(cited.get("url", ""), cited.get("title") or "")
        for call in delta.get("tool_calls") or ():
            yield from self._call(call)

    def _call(self, told: dict[str, Any]) -> Iterator[Delta]:
        function = sdk.within(told, "function")
        call, is_new = self._which(told, function.get("name") or "")
        if is_new:
            yield CallStart(call.index, call.id, function.get("name") or "")
        arguments = function.get("arguments")
        if isinstance(arguments, dict | list):
            arguments = msgspec.json.encode(arguments).decode()
        if arguments:
            call.arguments += arguments
            yield CallArguments(call.index, arguments)

    def _which(self, told: dict[str, Any], name: str) -> tuple[_Call, bool]:
        """The call a fragment belongs to. Some servers number every call 0, some number none, some give no ids."""
        id = told.get("id") or ""
        at = told.get("index")
        at = at if isinstance(at, int) else self._count if name else max(self._open, default=0)
        call = self._open.get(at)
        if call is not None and not _another(call, id, name):
            return call, False
        self._open[at] = made = _Call(self._count, id or f"call_{uuid4().hex[:16]}")
        self._count += 1
        return made, True


def _another(call: _Call, id: str, name: str) -> bool:
    """Whether a fragment with the number of an open call begins another one."""
    if not name:
        return False
    if id:
        return id != call.id
    try:
        msgspec.json.decode(call.arguments)
    except msgspec.DecodeError:
        return False
    return True


def _words(content: Any) -> Iterator[Delta]:
    if isinstance(content, str):
        if content:
            yield Text(content)
        return
    for part in content or ():  # Mistral sends its thinking models' content in parts.
        if part.get("type") == "thinking":
            yield Thinking("".join(piece.get("text") or "" for piece in part.get("thinking") or ()))
        elif part.get("text"):
            yield Text(part["text"])


def _usage(told: dict[str, Any]) -> Usage:
    given, taken = sdk.within(told, "prompt_tokens_details"), sdk.within(told, "completion_tokens_details")
    return Usage(
        input=told.get("prompt_tokens") or 0,
        output=told.get("completion_tokens") or 0,
        cached=given.get("cached_tokens") or told.get("prompt_cache_hit_tokens") or 0,
        cache_write=given.get("cache_write_tokens") or 0,
        thinking=taken.get("reasoning_tokens") or 0,
    )
