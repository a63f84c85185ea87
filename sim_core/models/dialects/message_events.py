"""Events of Anthropic's messages as deltas."""

from collections.abc import Iterator
from typing import Any

import msgspec

from sim_core.errors import Unreachable
from sim_core.models.dialects import sdk
from sim_core.spec.prompts import CallArguments, CallStart, Citation, Delta, Stop, Text, Thinking, Usage
from sim_core.spec.providers import Client

STOPS = {
    "end_turn": "stop",
    "stop_sequence": "stop",
    "pause_turn": "stop",
    "max_tokens": "length",
    "model_context_window_exceeded": "length",
    "tool_use": "tool_calls",
    "refusal": "content_filter",
}


class Events:
    """Reads the events of one answer."""

    def __init__(self, client: Client) -> None:
        self._client = client
        self._usage: dict[str, Any] = {}
        self._reason = ""
        self._done = False

    def read(self, event: dict[str, Any]) -> Iterator[Delta]:
        """What one event says; raises `Refused` when it is a failure."""
        match event.get("type"):
            case "message_start":
                self._count(event["message"].get("usage"))
            case "content_block_start":
                yield from _begin(event["index"], event["content_block"])
            case "content_block_delta":
                yield from _more(event["index"], event["delta"])
            case "message_delta":
                self._reason = event["delta"].get("stop_reason") or self._reason
                self._count(event.get("usage"))
            case "message_stop":
                self._done = True
                yield self._total()
                yield Stop(STOPS.get(self._reason, self._reason or "stop"))
            case "error":
                error = sdk.within(event, "error")
                raise sdk.refused(self._client, str(error.get("message") or ""), kind=str(error.get("type") or ""))
            case _:
                return

    def end(self) -> None:
        """Check that the answer was whole; raises `Unreachable`."""
        if not self._done:
            raise Unreachable(f"{self._client.host} ended the answer before it was complete", code="broken_off")

    def _count(self, told: dict[str, Any] | None) -> None:
        # The counts are running totals; a later event leaves out what has not changed.
        self._usage |= {name: value for name, value in (told or {}).items() if value is not None}

    def _total(self) -> Usage:
        told = self._usage
        cached, written = told.get("cache_read_input_tokens") or 0, told.get("cache_creation_input_tokens") or 0
        return Usage(
            input=(told.get("input_tokens") or 0) + cached + written,
            output=told.get("output_tokens") or 0,
            cached=cached,
            cache_write=written,
            thinking=sdk.within(told, "output_tokens_details").get("thinking_tokens") or 0,
        )


def _begin(index: int, block: dict[str, Any]) -> Iterator[Delta]:
    match block.get("type"):
        case "text":
            if block.get("text"):
                yield Text(block["text"])
        case "thinking":
            if block.get("thinking") or block.get("signature"):
                yield Thinking(block.get("thinking") or "", signature=block.get("signature") or "")
        case "redacted_thinking":
            yield Thinking("", redacted=block["data"])
        case "tool_use":
            yield CallStart(index, block["id"], block["name"])
            if block.get("input"):  # Servers that only resemble Anthropic's send the arguments whole.
                yield CallArguments(index, msgspec.json.encode(block["input"]).decode())
        case _:
            return


def _more(index: int, delta: dict[str, Any]) -> Iterator[Delta]:
    match delta.get("type"):
        case "text_delta":
            yield Text(delta["text"])
        case "input_json_delta":
            if delta.get("partial_json"):
                yield CallArguments(index, delta["partial_json"])
        case "thinking_delta":
            yield Thinking(delta["thinking"])
        case "signature_delta":
            yield Thinking("", signature=delta["signature"])
        case "citations_delta":
            cited = sdk.within(delta, "citation")
            title = cited.get("document_title") or cited.get("title") or ""
            yield Citation(cited.get("url") or "", title, cited.get("cited_text") or "")
        case _:
            return
