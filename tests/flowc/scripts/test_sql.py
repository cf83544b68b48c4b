"""Where a value may stand in an SQL script, and mistakes of the script itself."""

from __future__ import annotations

import pytest

from tests.flowc.scripts.written import judged, only_problem

ACCEPTED = {
    "comparison": ("select * from t where a = {{ text }} and b>{{ number }} limit {{ number }}", 3),
    "several statements": (
        "delete from t where d = {{ text }};\ninsert into t (a, b) values ({{ text }}, {{ maybe }})",
        3,
    ),
    "quotes around it": ("select 'it''s', \"a\"\"b\", [c'd], `e` from t where a = {{ text }}", 1),
    "comments around it": ("-- don't\n/* ' */ select {{ text }} /* -- */", 1),
    "inside a comment": ("select 1 -- was {{ text }}\n/* and {{ text }} */", 2),
    "list as JSON": ("select * from t where a in (select value from json_each({{ list }}))", 1),
    "members one by one": ("select 1 where 1 in ({{ number }}, {{ number }})", 2),
    "join of texts": ("select 'a' || {{ text }} || 'b'", 1),
    "distinct from": ("select a is distinct from {{ text }}, a is not distinct from {{ text }} from t", 2),
    "table made by a query": ("create table t as select {{ text }} as a", 1),
    "file of another database": ("attach {{ file }} as x", 1),
    "file of a copy": ("vacuum into {{ file }}", 1),
    "order by a choice": ("select a from t order by case {{ text }} when 'a' then a else b end", 1),
}

REFUSED = {
    "text": ("select 'a {{ text }}'", "inside a quoted text", "remove the quotes"),
    "quoted name": ('select "{{ text }}" from t', "cannot be a name of a table or column", "fixed name"),
    "table read": ("select * from {{ text }}", "cannot be a name of a table or column", "fixed name"),
    "table joined": ("select * from t join {{ text }}", "cannot be a name of a table or column", "fixed name"),
    "table written": ("insert into {{ text }} values (1)", "cannot be a name of a table or column", "fixed name"),
    "table changed": ("update {{ text }} set a = 1", "cannot be a name of a table or column", "fixed name"),
    "column of a table": ("select t.{{ text }} from t", "cannot be a name of a table or column", "fixed name"),
    "name of a result": ("select 1 as {{ text }}", "cannot be a name of a table or column", "fixed name"),
    "function": ("select {{ text }}(1)", "cannot be a name of a table or column", "fixed name"),
    "list after in": ("select 1 where 1 in {{ list }}", "cannot take `{{ list }}` apart", "json_each({{ list }})"),
    "order": ("select a from t order by {{ text }}", "would order nothing", "CASE"),
    "pragma": ("pragma user_version = {{ number }}", "takes no values in `PRAGMA`", "a literal"),
    "view": ("create view v as select {{ text }}", "takes no values in `CREATE VIEW`", "a literal"),
    "default of a column": (
        "create table t (a default ({{ text }}))",
        "takes no values in `CREATE TABLE`",
        "a literal",
    ),
    "glued": ("select a{{ text }} from t", "must stand by itself", "a space"),
    "secret": ("select {{ key }}", "is a secret", "env { NAME: key }"),
}


@pytest.mark.parametrize("case", ACCEPTED)
def test_value_is_accepted(case: str) -> None:
    source, count = ACCEPTED[case]
    bound = judged("sql", source)
    assert bound.problems == ()
    assert bound.uses == ("parameter",) * count


@pytest.mark.parametrize("case", REFUSED)
def test_value_is_refused(case: str) -> None:
    source, message, help = REFUSED[case]
    problem, pointed = only_problem("sql", source)
    assert message in problem.message
    assert help in problem.help
    assert pointed.startswith("{{")


@pytest.mark.parametrize(
    ("source", "pointed", "message"),
    [
        ("select 'a, {{ text }}", "'", "this quote is not closed"),
        ('select "a', '"', "this quote is not closed"),
        ("select [a", "[", "this quote is not closed"),
        ("select 1 /* {{ text }}", "/", "this comment is not closed"),
        ("select :day", ":day", "nothing gives a value to the parameter `:day`"),
        ("select ?1", "?1", "nothing gives a value to the parameter `?1`"),
    ],
)
def test_mistake_of_the_script_is_one_problem_where_it_is(source: str, pointed: str, message: str) -> None:
    problem, shown = only_problem("sql", source)
    assert (problem.kind, problem.message, shown) == ("syntax", message, pointed)
