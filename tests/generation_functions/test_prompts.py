"""Prompts: what a file may say, what is reported before the first call, what an override takes over."""

from __future__ import annotations

from pathlib import Path

import pytest

from generation_functions.errors import ConfigError, RecordFailedError
from generation_functions.prompts import Prompt, load_prompts
from generation_functions.replies import ReplyFormat

USER = "- role: user\n  content: "


def folder(root: Path, name: str = "prompts", /, **files: str) -> Path:
    where = root / name
    where.mkdir(exist_ok=True)
    for stem, text in files.items():
        (where / f"{stem}.yaml").write_text(text, encoding="utf-8")
    return where


def problems(default: Path, override: Path | None = None) -> list[str]:
    """What is reported, each as `FILE:LINE: KEY: MESSAGE` with the file's bare name."""
    with pytest.raises(ConfigError) as raised:
        load_prompts(default, override)
    roots = {str(path.parent) + "/" for path in (default, override) if path is not None}
    told = [str(problem) for problem in raised.value.problems]
    for root in roots:
        told = [line.replace(root, "") for line in told]
    return told


def only_problem(root: Path, text: str) -> str:
    (told,) = problems(folder(root, poem=text))
    return told


def rendered(tmp_path: Path, content: str, **values: object) -> str:
    where = folder(tmp_path, poem=f"variables: {list(values) or ['text']}\nmessages:\n{USER}|\n    {content}\n")
    return load_prompts(where)["poem"].render(values)[0]["content"].removesuffix("\n")


# What a file may say


def test_a_plain_list_of_messages_is_a_prompt(tmp_path: Path) -> None:
    where = folder(tmp_path, poem="- role: system\n  content: You rhyme.\n- role: user\n  content: 'About: {text}'\n")
    prompt = load_prompts(where)["poem"]
    assert prompt.messages == (("system", "You rhyme."), ("user", "About: {text}"))
    assert prompt.reply == ReplyFormat("text")
    assert prompt.variables == {"text", "title", "file", "page", "id"}
    assert prompt.placeholders == {"text"}
    assert (prompt.sampling, prompt.offline, prompt.shorten) == ({}, None, ())
    assert prompt.path == where / "poem.yaml"


def test_a_mapping_says_everything_about_a_prompt(tmp_path: Path) -> None:
    text = (
        "variables: [text, question]\nreply: {kind: verdict, verdicts: [yes, no, 4, true]}\n"
        "sampling: {temperature: 0.2, stop: [END], top_k: 5}\noffline: echo\nshorten: text\n"
        "messages:\n- {role: user, content: '{question} {text}'}\n"
    )
    prompt = load_prompts(folder(tmp_path, check=text))["check"]
    assert prompt.reply.verdicts == ("yes", "no", "4", "true")
    assert prompt.sampling == {"temperature": 0.2, "stop": ["END"], "top_k": 5}
    assert (prompt.offline, prompt.shorten) == ("echo", ("text",))
    assert prompt.variables == prompt.placeholders == {"text", "question"}


def test_the_kind_of_reply_follows_from_what_belongs_to_it(tmp_path: Path) -> None:
    replies = {"a": "{tag: poem}", "b": "{verdicts: [x, y]}", "c": "{schema: {type: array}}", "d": "list"}
    where = folder(tmp_path, **{name: f"reply: {reply}\nmessages:\n{USER}Hi\n" for name, reply in replies.items()})
    assert {name: prompt.reply.kind for name, prompt in load_prompts(where).items()} == {
        "a": "tag",
        "b": "verdict",
        "c": "json",
        "d": "list",
    }


# Filling in


def test_values_are_inserted_literally(tmp_path: Path) -> None:
    text = "a {title} b {text} 100% %s {{x}}"
    assert rendered(tmp_path, "{title}: {text}!", text=text, title="T") == f"T: {text}!"


@pytest.mark.parametrize(
    "literal",
    [
        '{"a": [1, {"b": 2}]}',
        "{ text }",
        "{}",
        "{",
        "}",
        "{1}",
        "{text!r}",
        "{text:>5}",
        "{{text}} {{",
        "{{a}}",
        "100 % %s %(x)s",
    ],
)
def test_other_braces_are_literal(tmp_path: Path, literal: str) -> None:
    assert rendered(tmp_path, f"{literal} and {{text}}", text="T") == f"{literal} and T"


def test_a_placeholder_inside_literal_braces_is_filled(tmp_path: Path) -> None:
    assert rendered(tmp_path, '{"text": {text}} {{text}', text="T") == '{"text": T} {T'


def test_numbers_are_written_as_they_are_and_lists_as_json(tmp_path: Path) -> None:
    assert rendered(tmp_path, "{a} {b}", a=3, b=0.5) == "3 0.5"
    assert rendered(tmp_path, "{a}", a=["x", {"y": 1}]) == '[\n  "x",\n  {\n    "y": 1\n  }\n]'


def test_file_and_page_come_from_the_source() -> None:
    prompt = Prompt("p", Path("p.yaml"), (("user", "{file} {page} {text}"),))
    record = {"text": "T", "source": {"file": "a.pdf", "page": 3}}
    assert prompt.render(record)[0]["content"] == "a.pdf 3 T"
    record["source"] = {"file": "a.txt", "page": None}
    assert prompt.render(record)[0]["content"] == "a.txt  T"


@pytest.mark.parametrize("values", [{"id": "r1", "text": "T"}, {"id": "r1", "text": "T", "question": None}])
def test_a_missing_value_fails_the_record(values: dict[str, object]) -> None:
    prompt = Prompt("check", Path("check.yaml"), (("user", "{text} {question}"),))
    with pytest.raises(RecordFailedError) as raised:
        prompt.render(values)
    assert str(raised.value) == (
        "the prompt check (check.yaml) needs {question}, and record r1 has none; it has: id, text"
    )


def test_rendering_leaves_the_prompt_and_the_values_as_they_were() -> None:
    prompt = Prompt("p", Path("p.yaml"), (("system", "s"), ("user", "{file}")))
    record = {"source": {"file": "a"}}
    first = prompt.render(record)
    first[0]["content"] = "changed"
    assert prompt.render(record) == [{"role": "system", "content": "s"}, {"role": "user", "content": "a"}]
    assert record == {"source": {"file": "a"}}


# The digest


def test_the_digest_follows_what_is_asked_and_not_where_it_stands() -> None:
    def digest(path: str = "a/p.yaml", content: str = "Hi", tag: str = "x", temperature: float = 0.0) -> str:
        reply = ReplyFormat("tag", tag=tag)
        return Prompt("p", Path(path), (("user", content),), reply, {"temperature": temperature}).digest

    assert digest() == digest(path="b/p.yaml")
    assert len({digest(), digest(content="Ho"), digest(tag="y"), digest(temperature=1.0)}) == 4
    assert len(digest()) == 32


# What is reported


def test_all_problems_of_all_files_are_reported_at_once(tmp_path: Path) -> None:
    where = folder(
        tmp_path, a=f"{USER}'{{texd}}'\n", b="- rolle: user\n  content: Hi\n", c=f"reply: tagg\nmessages:\n{USER}Hi\n"
    )
    assert problems(where) == [
        "prompts/a.yaml:2: 0.content: {texd}: the step does not supply it: did you mean text? "
        "If it is literal text, put spaces inside the braces",
        "prompts/b.yaml:1: 0.rolle: unknown key: did you mean role?",
        "prompts/b.yaml:1: 0.role: missing",
        "prompts/c.yaml:1: reply.kind: unknown kind 'tagg': did you mean tag?",
    ]


def test_a_placeholder_nobody_supplies_is_found_on_its_own_line(tmp_path: Path) -> None:
    message = "- role: user\n  content: |\n    One {question}\n    two\n    three {answer}\n"
    text = f"variables: [question]\nmessages:\n{message}"
    assert only_problem(tmp_path, text) == (
        "prompts/poem.yaml:7: messages.0.content: {answer}: the step supplies only question. "
        "If it is literal text, put spaces inside the braces"
    )


def test_doubled_braces_around_a_variable_that_is_never_filled_are_reported(tmp_path: Path) -> None:
    assert only_problem(tmp_path, f"{USER}'About {{{{text}}}}'\n") == (
        "prompts/poem.yaml:2: 0.content: {{text}} is literal text; write {text} to have it filled in"
    )


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("", "1: must be a list of messages, each with role and content, or a mapping with messages"),
        ("just text\n", "1: must be a list of messages, each with role and content, or a mapping with messages"),
        ("[]\n", "1: must be a list of messages, each with role and content"),
        ("reply: text\n", "1: missing: messages, a list of messages with role and content"),
        ("messages: hello\n", "1: messages: must be a list of messages, each with role and content"),
        ("- hello\n", "1: 0: a message needs a role and a content"),
        ("- role: user\n", "1: 0.content: missing"),
        ("- role: user\n  content: ''\n", "2: 0.content: is empty"),
        ("- role: user\n  content: 5\n", "2: 0.content: must be text; put it in quotes"),
        ("- role: usr\n  content: Hi\n", "1: 0.role: unknown role 'usr': did you mean user?"),
        ("- role: tool\n  content: Hi\n", "1: 0.role: unknown role 'tool'; known: system, user, assistant"),
        (f"{USER}Hi\n  name: x\n", "3: 0.name: unknown key; a message has role and content"),
        ("- role: system\n  content: Hi\n", "1: needs at least one message with role: user"),
        (
            f"{USER}Hi\n- role: system\n  content: Ho\n{USER}Hi\n",
            "3: 1.role: only the first message may be the system's",
        ),
        (
            f"{USER}Hi\n{USER}Ho\n",
            "3: 1.role: two user messages in a row: make them one, "
            "or put an assistant message (an example's answer) between them",
        ),
        (f"{USER}Hi\n- role: assistant\n  content: Ho\n", "3: 1.role: the last message must be the user's"),
        (
            f"- role: system\n  content: S\n- role: assistant\n  content: Ho\n{USER}Hi\n",
            "3: 1.role: an example starts with a user message; its assistant message is the answer",
        ),
        (f"mesages: []\nmessages:\n{USER}Hi\n", "1: mesages: unknown key: did you mean messages?"),
        (
            f"temperature: 1\nmessages:\n{USER}Hi\n",
            "1: temperature: unknown key; known: messages, variables, reply, sampling, offline, shorten",
        ),
        (
            f"variables: {{a: 1}}\nmessages:\n{USER}Hi\n",
            "1: variables: must be a list of variables, such as [text, title]",
        ),
        (
            f"variables: [a b]\nmessages:\n{USER}Hi\n",
            "1: variables.0: 'a b' cannot be a variable: use letters, digits and underscores",
        ),
        (
            f"shorten: [txt]\nmessages:\n{USER}'{{text}}'\n",
            "1: shorten.0: the messages do not use {txt}: did you mean text?",
        ),
        (f"offline: [poem]\nmessages:\n{USER}Hi\n", "1: offline: must be the name of an offline writer"),
        (f"sampling: 0.5\nmessages:\n{USER}Hi\n", "1: sampling: must be a mapping such as {temperature: 0.2}"),
        (
            f"sampling: {{temprature: 0}}\nmessages:\n{USER}Hi\n",
            "1: sampling.temprature: unknown setting: did you mean temperature?",
        ),
        (
            f"sampling:\n  temperature: -1\nmessages:\n{USER}Hi\n",
            "2: sampling.temperature: Input should be greater than or equal to 0, not -1",
        ),
        (
            f"sampling: {{stream: true}}\nmessages:\n{USER}Hi\n",
            "1: sampling.stream: does not belong here: replies are never streamed",
        ),
    ],
)
def test_each_mistake_in_a_file_is_named(tmp_path: Path, text: str, told: str) -> None:
    assert only_problem(tmp_path, text) == f"prompts/poem.yaml:{told}"


@pytest.mark.parametrize(
    ("reply", "told"),
    [
        ("3", "reply: must be a mapping such as {kind: tag, tag: poem}, not a number"),
        ("{}", "reply: needs a kind: one of text, tag, verdict, pairs, list, json"),
        ("yaml", "reply.kind: unknown kind 'yaml'; known: text, tag, verdict, pairs, list, json"),
        ("{kind: text, tags: x}", "reply.tags: unknown key: did you mean tag?"),
        ("{kind: tag}", "reply.tag: missing: name the tag that the value stands in, such as tag: poem"),
        ("{tag: <poem>}", "reply.tag: '<poem>' cannot be a tag: use a plain name such as poem, without brackets"),
        (
            "{kind: verdict}",
            "reply.verdicts: missing: list the verdicts to choose from, such as [suitable, not suitable]",
        ),
        ("{verdicts: suitable}", "reply.verdicts: must be a list of words or phrases"),
        ("{verdicts: [yes]}", "reply.verdicts: needs at least two different verdicts"),
        ("{verdicts: [yes, no, Yes]}", "reply.verdicts: 'yes' is there twice"),
        ("{verdicts: [yes, '?']}", "reply.verdicts: a verdict needs at least one letter or digit"),
        ("{kind: list, minimum: 0}", "reply.minimum: must be a whole number from 1 up, not 0"),
        ("{kind: pairs, minimum: 3, maximum: 2}", "reply.maximum: is smaller than minimum (3)"),
        (
            "{kind: list, none: 0}",
            "reply.none: must be the words that say there is nothing, such as NO QUESTIONS, not 0",
        ),
        ("{kind: text, minimum: 3}", "reply.minimum: means nothing for replies of kind text, only for pairs and list"),
        ("{kind: list, schema: {}}", "reply.schema: means nothing for replies of kind list, only for json"),
        ("{schema: object}", "reply.schema: must be a mapping such as {type: object}, not text"),
        ("{schema: {type: objekt}}", "reply.schema.type: unknown type 'objekt': did you mean object?"),
        ("{schema: {typ: object}}", "reply.schema.typ: unsupported keyword: did you mean type?"),
        ("{schema: {items: string}}", "reply.schema.items: must be a schema, such as {type: string}"),
        (
            "{schema: {properties: {a: {type: sting}}}}",
            "reply.schema.properties.a.type: unknown type 'sting': did you mean string?",
        ),
        (
            "{schema: {properties: {name: {}}, required: [nam]}}",
            "reply.schema.required: 'nam' is not among the properties: did you mean name?",
        ),
        ("{schema: {type: array, minItems: many}}", "reply.schema.minItems: must be a whole number, not 'many'"),
        ("{schema: {enum: []}}", "reply.schema.enum: must be a list of the values to choose from"),
    ],
)
def test_each_mistake_in_a_reply_format_is_named(tmp_path: Path, reply: str, told: str) -> None:
    assert only_problem(tmp_path, f"reply: {reply}\nmessages:\n{USER}Hi\n") == f"prompts/poem.yaml:1: {told}"


def test_an_offline_writer_that_does_not_exist_is_named(tmp_path: Path) -> None:
    told = only_problem(tmp_path, f"offline: poemm\nmessages:\n{USER}Hi\n")
    assert told.startswith("prompts/poem.yaml:1: offline: ")
    assert "'poemm': did you mean poem?" in told


def test_a_tab_is_reported_with_its_line(tmp_path: Path) -> None:
    told = problems(folder(tmp_path, poem="messages:\n\t- role: user\n\t  content: Hi\n"))
    assert told[0] == "prompts/poem.yaml:2: indented with a tab; YAML wants spaces (two per level)"


def test_a_key_written_twice_is_reported(tmp_path: Path) -> None:
    assert only_problem(tmp_path, f"{USER}Hi\n  content: Ho\n").startswith(
        "prompts/poem.yaml:3: 0.content: written twice"
    )


def test_a_file_that_is_not_utf8_is_reported(tmp_path: Path) -> None:
    (folder(tmp_path) / "poem.yaml").write_bytes(b"- role: user\n  content: \xe9\n")
    (told,) = problems(tmp_path / "prompts")
    assert told.startswith("prompts/poem.yaml: not UTF-8 text")


def test_folders_that_cannot_be_prompts_are_reported(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    (tmp_path / "empty").mkdir()
    assert problems(tmp_path / "nowhere") == ["nowhere: there is no such folder of prompts"]
    assert problems(tmp_path / "file") == ["file: is a file, not a folder of prompts"]
    assert problems(tmp_path / "empty") == ["empty: no prompts (*.yaml) in this folder"]


def test_files_that_would_be_overlooked_are_reported_and_others_left_alone(tmp_path: Path) -> None:
    where = folder(tmp_path, poem=f"{USER}Hi\n")
    (where / "README.md").write_text("About these prompts.")
    (where / ".poem.yaml").write_text("- an editor's copy")
    assert list(load_prompts(where)) == ["poem"]
    (where / "song.yml").write_text(f"{USER}Hi\n")
    folder(where, "more", song=f"{USER}Hi\n")
    assert problems(where) == [
        "prompts/more: prompts in a folder inside a prompts folder are not read; move them up",
        "prompts/song.yml: rename it to song.yaml",
    ]


def test_asking_for_a_prompt_that_is_not_there_names_the_nearest(tmp_path: Path) -> None:
    loaded = load_prompts(folder(tmp_path, poem=f"{USER}Hi\n"))
    with pytest.raises(ConfigError, match=r"there is no prompt 'pome': did you mean poem\?"):
        loaded["pome"]
    assert "pome" not in loaded
    assert loaded.get("pome") is None


# Overrides

DEFAULT = (
    "variables: [text, question]\nreply: {tag: poem}\nsampling: {temperature: 0.7}\noffline: poem\nshorten: [text]\n"
    "messages:\n- role: user\n  content: 'Poem: {text}'\n"
)


def test_an_override_of_messages_keeps_everything_else(tmp_path: Path) -> None:
    default = folder(tmp_path, poem=DEFAULT, song=f"{USER}Sing\n")
    loaded = load_prompts(default, folder(tmp_path, "mine", poem=f"{USER}'Gedicht: {{text}} {{question}}'\n"))
    poem = loaded["poem"]
    assert poem.messages == (("user", "Gedicht: {text} {question}"),)
    assert poem.path == tmp_path / "mine" / "poem.yaml"
    assert (poem.reply, poem.sampling) == (ReplyFormat("tag", tag="poem"), {"temperature": 0.7})
    assert (poem.offline, poem.shorten) == ("poem", ("text",))
    assert poem.variables == {"text", "question"}
    assert loaded["song"].path == default / "song.yaml"


def test_an_override_may_change_one_setting_only(tmp_path: Path) -> None:
    default = folder(tmp_path, poem=DEFAULT)
    poem = load_prompts(default, folder(tmp_path, "mine", poem="sampling: {temperature: 0}\n"))["poem"]
    assert poem.sampling == {"temperature": 0}
    assert poem.messages == (("user", "Poem: {text}"),)
    assert poem.digest != load_prompts(default)["poem"].digest


def test_an_override_may_switch_things_off(tmp_path: Path) -> None:
    text = f"sampling: {{}}\noffline: null\nshorten: []\nreply: text\nmessages:\n{USER}Poem {{text}}\n"
    poem = load_prompts(folder(tmp_path, poem=DEFAULT), folder(tmp_path, "mine", poem=text))["poem"]
    assert (poem.sampling, poem.offline, poem.shorten, poem.reply.kind) == ({}, None, (), "text")


def test_an_override_that_drops_a_variable_shortens_the_others(tmp_path: Path) -> None:
    mine = folder(tmp_path, "mine", poem=f"{USER}'{{question}}'\n")
    assert load_prompts(folder(tmp_path, poem=DEFAULT), mine)["poem"].shorten == ()


@pytest.mark.parametrize(
    ("text", "told"),
    [
        (f"{USER}'{{title}}'\n", "2: 0.content: {title}: the step supplies only text, question. If it is literal"),
        (f"{USER}'{{quesion}}'\n", "2: 0.content: {quesion}: the step does not supply it: did you mean question?"),
        ("variables: [text, answer]\n", "1: variables.1: the step supplies only text, question"),
        (
            "reply: list\n",
            "1: reply.kind: the pipeline works with text (tag); an override cannot make it a list (list)",
        ),
        (
            "reply: pairs\n",
            "1: reply.kind: the pipeline works with text (tag); an override cannot make it pairs (pairs)",
        ),
    ],
)
def test_an_override_keeps_to_what_the_pipeline_expects(tmp_path: Path, text: str, told: str) -> None:
    (found,) = problems(folder(tmp_path, poem=DEFAULT), folder(tmp_path, "mine", poem=text))
    assert found.startswith(f"mine/poem.yaml:{told}")


def test_an_override_keeps_the_verdicts(tmp_path: Path) -> None:
    default = folder(tmp_path, check=f"reply: {{verdicts: [good, bad]}}\nmessages:\n{USER}Hi\n")
    german = folder(tmp_path, "mine", check=f"reply: {{verdicts: [gut, schlecht]}}\nmessages:\n{USER}Hi\n")
    assert problems(default, german) == [
        "mine/check.yaml:1: reply.verdicts: the pipeline knows these verdicts: good, bad; an override must keep them"
    ]


def test_an_override_of_nothing_is_reported(tmp_path: Path) -> None:
    default = folder(tmp_path, poem=DEFAULT, song=f"{USER}Sing\n")
    mine = folder(tmp_path, "mine", pome=f"{USER}Hi\n", zzz=f"{USER}Hi\n")
    assert problems(default, mine) == [
        f"mine/pome.yaml: {default} has no prompt pome to override: did you mean poem?".replace(f"{tmp_path}/", ""),
        f"mine/zzz.yaml: {default} has no prompt zzz to override; it has: poem, song".replace(f"{tmp_path}/", ""),
    ]
    assert problems(default, tmp_path / "nowhere") == ["nowhere: there is no such folder of prompts"]


def test_problems_of_both_folders_are_reported_together(tmp_path: Path) -> None:
    default = folder(tmp_path, poem=f"reply: tagg\nmessages:\n{USER}'{{txt}}'\n")
    mine = folder(tmp_path, "mine", poem=f"reply: list\nmessages:\n{USER}'{{txt}}'\n")
    assert [told.split(": ")[0] for told in problems(default, mine)] == [
        "prompts/poem.yaml:1",
        "prompts/poem.yaml:4",
        "mine/poem.yaml:4",
    ]


def test_a_folder_may_include_prompts_of_another(tmp_path: Path) -> None:
    shared = folder(tmp_path, "shared", poem=DEFAULT)
    where = folder(tmp_path, "mine", song=f"{USER}Sing\n")
    (where / "include.yaml").write_text("- ../shared/poem.yaml\n")
    loaded = load_prompts(where)
    assert list(loaded) == ["poem", "song"]
    assert loaded["poem"].path == (shared / "poem.yaml").resolve()
    changed = load_prompts(where, folder(tmp_path, "over", poem="sampling: {temperature: 0}\n"))
    assert changed["poem"].sampling == {"temperature": 0}


def test_an_own_prompt_goes_before_an_included_one_of_its_name(tmp_path: Path) -> None:
    folder(tmp_path, "shared", poem=DEFAULT)
    where = folder(tmp_path, "mine", poem=f"{USER}Mine\n")
    (where / "include.yaml").write_text("- ../shared/poem.yaml\n")
    assert load_prompts(where)["poem"].messages[-1] == ("user", "Mine")


@pytest.mark.parametrize(
    ("content", "problem"),
    [
        ("- ../shared/pome.yaml\n", "is not there: did you mean poem.yaml"),
        ("shared: poem\n", "must be a list of paths of prompt files"),
        ("- {a: b}\n", "must be a list of paths of prompt files"),
    ],
)
def test_an_include_that_leads_nowhere_is_reported(tmp_path: Path, content: str, problem: str) -> None:
    folder(tmp_path, "shared", poem=DEFAULT)
    where = folder(tmp_path, "mine", song=f"{USER}Sing\n")
    (where / "include.yaml").write_text(content)
    with pytest.raises(ConfigError, match=problem):
        load_prompts(where)


def test_layers_of_overrides_the_last_one_winning(tmp_path: Path) -> None:
    default = folder(tmp_path, poem=DEFAULT)
    style = folder(tmp_path, "style", poem=f"{USER}Style {{text}}\n")
    mine = folder(tmp_path, "mine", poem="sampling: {temperature: 0}\n")
    poem = load_prompts(default, style, None, mine)["poem"]
    assert poem.messages[-1] == ("user", "Style {text}"), "mine changes the sampling only"
    assert poem.sampling == {"temperature": 0}
    assert load_prompts(default, mine, style)["poem"].messages == poem.messages
