"""What model vendors send, event by event, in their own wire formats; for `tests.support.http.serve`."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

from tests.support.http import Answer, sse


def call(id: str, name: str, arguments: Any) -> dict[str, Any]:
    """A tool call that a model makes."""
    text = arguments if isinstance(arguments, str) else json.dumps(arguments)
    return {"id": id, "name": name, "arguments": text}


def chat(
    *words: str,
    calls: Sequence[dict[str, Any]] = (),
    thinking: str = "",
    stop: str = "",
    usage: dict[str, Any] | None = None,
    cut: bool = False,
) -> Answer:
    """A chat completion; arguments of calls come in two fragments."""
    events: list[dict[str, Any]] = [_chunk({"role": "assistant", "content": None})]
    if thinking:
        events.append(_chunk({"reasoning_content": thinking}))
    events += [_chunk({"content": word}) for word in words]
    for index, made in enumerate(calls):
        half = len(made["arguments"]) // 2
        start = {"name": made["name"], "arguments": ""}
        events.append(
            _chunk({"tool_calls": [{"index": index, "id": made["id"], "type": "function", "function": start}]})
        )
        for fragment in (made["arguments"][:half], made["arguments"][half:]):
            events.append(_chunk({"tool_calls": [{"index": index, "function": {"arguments": fragment}}]}))
    if cut:
        return sse(*events, cut=True)
    events.append(_chunk({}, finish=stop or ("tool_calls" if calls else "stop")))
    counted = usage or {"prompt_tokens": 100, "completion_tokens": 20, "total_tokens": 120}
    events.append({"id": "c1", "object": "chat.completion.chunk", "model": "m", "choices": [], "usage": counted})
    return sse(*events, done="[DONE]")


def _chunk(delta: dict[str, Any], finish: str | None = None) -> dict[str, Any]:
    choice = {"index": 0, "delta": delta, "finish_reason": finish}
    return {
        "id": "c1",
        "object": "chat.completion.chunk",
        "created": 1,
        "model": "m",
        "choices": [choice],
        "usage": None,
    }


def responses(
    *words: str,
    calls: Sequence[dict[str, Any]] = (),
    thinking: str = "",
    incomplete: str = "",
    usage: dict[str, Any] | None = None,
    cut: bool = False,
) -> Answer:
    """A response, each event under its name."""
    events: list[dict[str, Any]] = [{"type": "response.created", "response": {"id": "r1", "status": "in_progress"}}]
    at = 0
    if thinking:
        item = {"type": "reasoning", "id": "rs_1", "summary": [], "encrypted_content": "partial"}
        done = {**item, "summary": [{"type": "summary_text", "text": thinking}], "encrypted_content": "sealed"}
        events += [
            {"type": "response.output_item.added", "output_index": at, "item": item},
            {"type": "response.reasoning_summary_part.added", "output_index": at, "summary_index": 0},
            {
                "type": "response.reasoning_summary_text.delta",
                "output_index": at,
                "summary_index": 0,
                "delta": thinking,
            },
            {"type": "response.output_item.done", "output_index": at, "item": done},
        ]
        at += 1
    if words:
        item = {"type": "message", "id": "m1", "role": "assistant", "content": []}
        events.append({"type": "response.output_item.added", "output_index": at, "item": item})
        events += [{"type": "response.output_text.delta", "output_index": at, "delta": word} for word in words]
        events.append({"type": "response.output_item.done", "output_index": at, "item": item})
        at += 1
    for made in calls:
        item = {"type": "function_call", "id": f"fc_{at}", "call_id": made["id"], "name": made["name"], "arguments": ""}
        half = len(made["arguments"]) // 2
        events.append({"type": "response.output_item.added", "output_index": at, "item": item})
        for fragment in (made["arguments"][:half], made["arguments"][half:]):
            events.append({"type": "response.function_call_arguments.delta", "output_index": at, "delta": fragment})
        done = {**item, "arguments": made["arguments"]}
        events.append({"type": "response.output_item.done", "output_index": at, "item": done})
        at += 1
    if cut:
        return _named(events, cut=True)
    counted = usage or {
        "input_tokens": 100,
        "input_tokens_details": {"cached_tokens": 40, "cache_write_tokens": 0},
        "output_tokens": 20,
        "output_tokens_details": {"reasoning_tokens": 5},
        "total_tokens": 120,
    }
    ended: dict[str, Any] = {"id": "r1", "status": "completed", "usage": counted, "incomplete_details": None}
    if incomplete:
        ended |= {"status": "incomplete", "incomplete_details": {"reason": incomplete}}
    events.append({"type": f"response.{ended['status']}", "response": ended})
    return _named(events)


def messages(
    *words: str,
    calls: Sequence[dict[str, Any]] = (),
    thinking: str = "",
    redacted: str = "",
    stop: str = "",
    usage: dict[str, Any] | None = None,
    cut: bool = False,
) -> Answer:
    """A message of Anthropic's, each event under its name, with a ping in between."""
    counted = {"input_tokens": 50, "cache_read_input_tokens": 40, "cache_creation_input_tokens": 10, "output_tokens": 1}
    start = {"id": "msg_1", "type": "message", "role": "assistant", "content": [], "usage": counted | (usage or {})}
    events: list[dict[str, Any]] = [{"type": "message_start", "message": start}, {"type": "ping"}]
    blocks: list[tuple[dict[str, Any], list[dict[str, Any]]]] = []
    if thinking:
        told = [{"type": "thinking_delta", "thinking": thinking}, {"type": "signature_delta", "signature": "signed"}]
        blocks.append(({"type": "thinking", "thinking": "", "signature": ""}, told))
    if redacted:
        blocks.append(({"type": "redacted_thinking", "data": redacted}, []))
    if words:
        blocks.append(({"type": "text", "text": ""}, [{"type": "text_delta", "text": word} for word in words]))
    for made in calls:
        half = len(made["arguments"]) // 2
        fragments = ("", made["arguments"][:half], made["arguments"][half:])
        told = [{"type": "input_json_delta", "partial_json": fragment} for fragment in fragments]
        blocks.append(({"type": "tool_use", "id": made["id"], "name": made["name"], "input": {}}, told))
    for index, (block, deltas) in enumerate(blocks):
        events.append({"type": "content_block_start", "index": index, "content_block": block})
        events += [{"type": "content_block_delta", "index": index, "delta": delta} for delta in deltas]
        events.append({"type": "content_block_stop", "index": index})
    if cut:
        return _named(events, cut=True)
    reason = stop or ("tool_use" if calls else "end_turn")
    events.append({"type": "message_delta", "delta": {"stop_reason": reason}, "usage": {"output_tokens": 20}})
    events.append({"type": "message_stop"})
    return _named(events)


def refusal(status: int, message: str, *, kind: str = "", headers: dict[str, str] | None = None) -> Answer:
    """An error before the stream begins, as both vendors send it."""
    return Answer(status, {"type": "error", "error": {"type": kind, "message": message}}, headers or {})


def _named(events: list[dict[str, Any]], *, cut: bool = False) -> Answer:
    return sse(*((event["type"], event) for event in events), cut=cut)
