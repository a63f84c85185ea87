"""A world for runs in tests: expressions are evaluated here, everything else is what a test hands over."""

import ast
import builtins
import json
from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import Any

import quickjs

from sim_core.errors import Invalid, Missing
from sim_core.flow.world import Child, Site
from sim_core.sandbox.sandbox import Sandbox
from sim_core.spec.prompts import Answer, Prompt, Text, Turn
from sim_core.spec.requests import Reply, Request
from sim_core.spec.steps import Executed, Language, StoredFile, ToolChoice

_PYTHON = {
    name: getattr(builtins, name) for name in ("len", "str", "int", "float", "bool", "sum", "min", "max", "range")
}
_TEXT = "globalThis.__sim_text = v => typeof v === 'string' ? v : JSON.stringify(v === undefined ? null : v);"


class Tools:
    """The world of a test; tools, models and other workflows are functions in dicts."""

    def __init__(
        self,
        tools: Mapping[str, Callable[..., Any]] | None = None,
        *,
        says: Sequence[str] = (),
        workflows: Mapping[str, Callable[[Site, Any], Awaitable[Child]]] | None = None,
    ) -> None:
        self.tools = tools or {}
        self.says = says
        self.workflows = workflows or {}
        self.sites: list[Site] = []
        self.memory: dict[str, list[Turn]] = {}

    async def call(self, site: Site, tool: str, inputs: Mapping[str, Any], credential: str) -> Any:
        self.sites.append(site)
        if tool not in self.tools:
            raise Missing(f"no tool {tool!r}")
        return self.tools[tool](**inputs)

    async def ask(self, site: Site, model: str, prompt: Prompt, tools: Sequence[ToolChoice]) -> Answer:
        for word in self.says:
            await site.emit(Text(word))
        return Answer(text="".join(self.says), model=model)

    async def fetch(self, site: Site, request: Request) -> Reply:
        raise Missing("there is no network in this world")

    async def evaluate(self, site: Site, language: Language, code: str, names: Mapping[str, Any]) -> Any:
        return javascript(f"({code}\n)", names) if language == "javascript" else python(code, names)

    async def execute(
        self, site: Site, language: Language, code: str, names: Mapping[str, Any], timeout_s: float | None
    ) -> Executed:
        if language == "javascript":
            return Executed(result=javascript(f"(() => {{ {code}\n }})()", names))
        return Executed(result=python_body(code, names))

    async def child(self, site: Site, workflow: str, input: Any, deployed: bool) -> Child:
        if workflow not in self.workflows:
            raise Missing(f"no workflow {workflow!r}")
        return await self.workflows[workflow](site, input)

    async def open_file(self, site: Site, file_id: str, most: int) -> StoredFile:
        raise Missing(f"there is no file {file_id!r} in this world")

    async def recall(self, site: Site, conversation: str) -> Sequence[Turn]:
        return self.memory.get(conversation, [])

    async def remember(self, site: Site, conversation: str, turns: Sequence[Turn]) -> None:
        self.memory.setdefault(conversation, []).extend(turns)


class Fenced(Tools):
    """The world of a test with the platform's own sandbox in it."""

    def __init__(self, sandbox: Sandbox) -> None:
        super().__init__()
        self.sandbox = sandbox

    async def evaluate(self, site: Site, language: Language, code: str, names: Mapping[str, Any]) -> Any:
        return await self.sandbox.evaluate(language, code, names)

    async def execute(
        self, site: Site, language: Language, code: str, names: Mapping[str, Any], timeout_s: float | None
    ) -> Executed:
        return await self.sandbox.execute(language, code, names, timeout_s=timeout_s)


def javascript(code: str, names: Mapping[str, Any]) -> Any:
    """The value of JavaScript."""
    context = quickjs.Context()
    context.eval(_TEXT)
    for name, value in names.items():
        context.set("__given", json.dumps(value))
        context.eval(f"globalThis[{json.dumps(name)}] = JSON.parse(__given)")
    try:
        text = context.eval(f"JSON.stringify({{v: {code}}})")
    except quickjs.JSException as error:
        raise Invalid(str(error).splitlines()[0].split(": ", 1)[-1], code="user_code") from error
    return json.loads(text).get("v") if isinstance(text, str) else None


def python(code: str, names: Mapping[str, Any]) -> Any:
    """The value of a Python expression."""
    try:
        return eval(compile(ast.parse(code.strip(), mode="eval"), "expression", "eval"), _scope(names))
    except Exception as error:
        raise Invalid(str(error), code="user_code") from error


def python_body(code: str, names: Mapping[str, Any]) -> Any:
    """What the body of a Python function returns."""
    scope = _scope(names)
    body = "def function():\n" + "\n".join(f"    {line}" for line in (code or "pass").splitlines())
    try:
        exec(compile(body, "function", "exec"), scope)
        return scope["function"]()
    except Exception as error:
        raise Invalid(str(error), code="user_code") from error


def _scope(names: Mapping[str, Any]) -> dict[str, Any]:
    as_text = lambda value: value if isinstance(value, str) else json.dumps(value)  # noqa: E731
    return {
        "__builtins__": {**_PYTHON, "Exception": Exception, "ValueError": ValueError},
        "__sim_text": as_text,
        **names,
    }
