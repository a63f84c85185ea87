import json
import time
from typing import Any

import pytest
import quickjs

from sim_core.document.references import Bound, Language, Reference, SecretName, bind

VALUES = {"a": {"b": "it's", "n": 2, "o": {"k": "v"}, "s": 'q"\n'}, "KEY": "s3cret"}


def text(value: Any) -> str:
    return value if isinstance(value, str) else json.dumps(value, separators=(",", ":"))


def handed_over(bound: Bound) -> dict[str, Any]:
    given: dict[str, Any] = {}
    for name, place in bound.names:
        if isinstance(place, SecretName):
            given[name] = VALUES[place.name]
        else:
            [key] = place.path
            given[name] = VALUES[place.head][key]
    return given


def python(code: str) -> Any:
    bound = bind(code)
    names = handed_over(bound) | {"__sim_text": text}
    exec("def f():\n" + "\n".join(" " + line for line in bound.text.split("\n")), names)
    return names["f"]()


def javascript(code: str) -> Any:
    bound = bind(code, language="javascript")
    context = quickjs.Context()
    context.eval("globalThis.__sim_text = v => typeof v === 'string' ? v : JSON.stringify(v)")
    for name, value in handed_over(bound).items():
        context.eval(f"globalThis.{name} = {json.dumps(value)}")
    return json.loads(context.eval(f"JSON.stringify((() => {{{bound.text}\n}})())"))


@pytest.mark.parametrize(
    ("code", "value"),
    [
        ("return <a.n> + 1", 3),
        ("return<a.n>", 2),
        ("return <a.n>*<a.n>", 4),
        ("return 'v: <a.o>'", 'v: {"k":"v"}'),
        ("return '<a.b>'", "it's"),
        ('return "x <a.b>".upper()', "X IT'S"),
        ("return 'a' '<a.b>' \"<a.n>\"", "ait's2"),
        ("return '{} <a.n>'.format(1)", "1 2"),
        ("return '%s <a.n>' % 1", "1 2"),
        ("return r'\\d{2}<a.n>'", "\\d{2}2"),
        ("return f'{<a.n> + 1}<a.n>{{x}}'", "32{x}"),
        ("return f\"{'<a.b>'.upper()}\"", "IT'S"),
        ("return '\\N{BULLET}<a.n>\\'{'", "•2'{"),
        ("return b'x<a.n>'.decode()", "x2"),
        ("x = '''<a.s>\n{y}'''\nreturn x", 'q"\n\n {y}'),
        ("# it's <a.b>\nreturn <a.n> # '<a.n>", 2),
        ("return {'<a.b>': <a.o>}['it\\'s']['k']", "v"),
        ("return {{KEY}} + '{{KEY}}' + f'{{KEY}}<b>'", "s3crets3crets3cret<b>"),
        ("return 1 if 1 <2> 0 else <a.n>", 1),
    ],
)
def test_python_gets_values_by_name_and_text_inside_strings(code: str, value: Any) -> None:
    assert python(code) == value


@pytest.mark.parametrize(
    ("code", "value"),
    [
        ("return <a.n> + 1", 3),
        ("return <a.n>/2/1", 1),
        ("return 'v: <a.o>'", 'v: {"k":"v"}'),
        ("return \"x <a.b>\".toUpperCase()", "X IT'S"),
        ("return `t <a.o> ${<a.n> + `in <a.n>`} \\`<a.n>`", 't {"k":"v"} 2in 2 `2'),
        ("// it's <a.b>\n/* ' <a.b> */ return <a.n>", 2),
        ("return {'<a.b>': 1, \"<a.n>\": true ? '<a.n>' : 0}", {"it's": 1, "2": "2"}),
        ("return 'it\"s'.replace(/['\"]/g, '<a.n>')", "it2s"),
        ("return /<b>['`]/.test(\"<b>'\")", True),
        ("const x = 4; return x / <a.n> / '<a.n>'.length", 2),
        ("return <a.o>.k + <a.s>.length", "v3"),
        ("return ({ a: { b: {{KEY}} } }).a.b + `${'}'}<a.n>`", "s3cret}2"),
        ("let i = 0, n = 3; if (i<n && n>1) { return <a.n> }", 2),
        ("return '<b>' + '<i>x</i>'", "<b><i>x</i>"),
    ],
)  # fmt: skip
def test_javascript_gets_values_by_name_and_text_inside_strings(code: str, value: Any) -> None:
    assert javascript(code) == value


def test_one_reference_has_one_name_and_the_order_is_that_of_the_code() -> None:
    bound = bind("<a.b> + <c.d> + <A.b> + {{K}}", "ref")
    assert bound.text == "ref0 + ref1 + ref0 + ref2"
    assert [(name, place.text) for name, place in bound.names] == [
        ("ref0", "<a.b>"), ("ref1", "<c.d>"), ("ref2", "{{K}}"),
    ]  # fmt: skip


def test_what_nobody_knows_is_left_as_code() -> None:
    def knows(place: object) -> bool:
        return isinstance(place, Reference) and place.head == "a"

    assert bind("if x <y.z> w: f'{{q}}' + <a.b>", knows=knows).text == "if x <y.z> w: f'{{q}}' + __ref_0"


def test_lines_stay_where_they_are() -> None:
    code = "x = 1\ny = '''\n<a.b>\n'''\nreturn <a.n>"
    assert bind(code).text.count("\n") == code.count("\n")


@pytest.mark.parametrize("language", ["python", "javascript"])
@pytest.mark.parametrize(
    "text",
    ["<" * 100_000, "`${" * 33_000, "=/[" * 33_000, "/*" * 50_000, "'" * 100_001, '"""' * 33_333 + "\\", "f'{" * 33_000,
     "\\" * 100_001, "'\\" * 50_000, "/ " * 50_000, "(/[(" * 25_000, "a\n/" * 33_000, 'f"' + "{{" * 50_000,
     "'<a.b>" * 9_000],
)  # fmt: skip
def test_hostile_code_is_read_in_a_moment(text: str, language: Language) -> None:
    began = time.process_time()
    bind(text, language=language)
    assert time.process_time() - began < 5
