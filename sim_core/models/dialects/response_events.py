"""Events of a response as deltas."""

from collections.abc import Iterator
from typing import Any

import msgspec

from sim_core.errors import Unreachable
from sim_core.models.dialects import sdk
from sim_core.spec.prompts import CallArguments, CallStart, Citation, Delta, Stop, Text, Thinking, Usage
from sim_core.spec.providers import Client

STOPS = {"max_output_tokens": "length", "content_filter": "content_filter"}


class Events:
    """Reads the events of one answer."""

    def __init__(self, client: Client) -> None:
        self._client = client
        self._told: dict[int, bool] = {}
        """Calls that have begun, by their place in the output, and whether arguments have come."""
        self._done = False

    def read(self, event: dict[str, Any]) -> Iterator[Delta]:
        """What one event says; raises `Refused` when it is a failure."""
        match event.get("type"):
            case "response.output_text.delta" | "response.refusal.delta":
                yield Text(event["delta"])
            case "response.reasoning_summary_text.delta" | "response.reasoning_text.delta":
                yield Thinking(event["delta"])
            case "response.reasoning_summary_part.added" if event.get("summary_index"):
                yield Thinking("\n\n")
            case "response.output_item.added":
                yield from self._begin(event["output_index"], event["item"])
            case "response.function_call_arguments.delta":
                self._told[event["output_index"]] = True
                yield CallArguments(event["output_index"], event["delta"])
            case "response.output_item.done":
                yield from self._finish(event["output_index"], event["item"])
            case "response.output_text.annotation.added":
                yield from _cited(sdk.within(event, "annotation"))
            case "response.completed" | "response.incomplete":
                yield from self._close(event["response"])
            case "response.failed":
                raise self._failed(sdk.within(event["response"], "error"))
            case "error":
                raise self._failed(sdk.within(event, "error") or event)
            case _:
                return

    def end(self) -> None:
        """Check that the answer was whole; raises `Unreachable`."""
        if not self._done:
            raise Unreachable(f"{self._client.host} ended the answer before it was complete", code="broken_off")

    def _begin(self, index: int, item: dict[str, Any]) -> Iterator[Delta]:
        if item.get("type") == "function_call" and index not in self._told:
            self._told[index] = False
            yield CallStart(index, item["call_id"], item["name"])

    def _finish(self, index: int, item: dict[str, Any]) -> Iterator[Delta]:
        if item.get("type") == "function_call":
            yield from self._begin(index, item)
            if not self._told[index] and item.get("arguments"):
                yield CallArguments(index, item["arguments"])
        if item.get("type") == "reasoning" and item.get("encrypted_content"):
            kept = {"id": item["id"], "encrypted_content": item["encrypted_content"]}
            yield Thinking("", signature=msgspec.json.encode(kept).decode())

    def _close(self, response: dict[str, Any]) -> Iterator[Delta]:
        self._done = True
        if usage := response.get("usage"):
            yield _usage(usage)
        if reason := sdk.within(response, "incomplete_details").get("reason"):
            yield Stop(STOPS.get(reason) or str(reason))
        else:
            yield Stop("tool_calls" if self._told else "stop")

    def _failed(self, error: dict[str, Any]) -> Exception:
        return sdk.refused(self._client, str(error.get("message") or ""), kind=str(error.get("code") or ""))


def _cited(note: dict[str, Any]) -> Iterator[Delta]:
    if note.get("type") == "url_citation":
        yield Citation(note.get("url") or "", note.get("title") or "")
    elif note.get("type") == "file_citation":
        yield Citation("", note.get("filename") or "")


def _usage(told: dict[str, Any]) -> Usage:
    given, taken = sdk.within(told, "input_tokens_details"), sdk.within(told, "output_tokens_details")
    return Usage(
        input=told.get("input_tokens") or 0,
        output=told.get("output_tokens") or 0,
        cached=given.get("cached_tokens") or 0,
        cache_write=given.get("cache_write_tokens") or 0,
        thinking=taken.get("reasoning_tokens") or 0,
    )
