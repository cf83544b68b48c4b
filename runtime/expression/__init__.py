"""Expressions: the trees that definition rows hold, and the one evaluator used at check, plan and run time.

A tree is JSON. `null`, `true`, numbers and strings stand for themselves; an array is an operation:

| tree                                  | meaning                                                             |
|---------------------------------------|---------------------------------------------------------------------|
| `["lit", TYPE, JSON]`                 | a literal of a type that JSON has not (`["lit", "date", "2026-11-23"]`) |
| `["list", A, B, …]`                   | a list                                                              |
| `["record", ["k", A], …]`             | a record or map                                                     |
| `["text", A, B, …]`                   | the parts as text, joined                                           |
| `["param", NAME]`                     | a parameter of the flow run                                         |
| `["item", NAME]`                      | the variable of a `for` around this node, or of a comprehension     |
| `["own", NAME]`                       | an output of the task itself (computed outs, checks)                |
| `["out", PATH, NAME]`                 | output NAME of node PATH; from outside a mapped node a list         |
| `["state", PATH, NAME]`               | whether node PATH has `succeeded`, `failed`, `skipped`, `done`      |
| `["items", PATH, A]`                  | `{ key, value }` of each item of the mapped node PATH, A computed in it |
| `["run", NAME]`                       | `id`, `time`, `created`, `dir`, `is_latest`, `now`, `today` of the run |
| `["error", NAME]`                     | in a retry's `when`: `kind`, `exit_code`, `message`, `took`         |
| `["round", PATH]`                     | the number of the round that a node with `until` is in, from 1 |
| `["last", PATH, NAME]`                | a value that its round before gave; null in the first |
| `["hook", NAME]`                      | in a hook: `task`, `error` of what failed first, `failures`, `attempt` |
| `["get", A, "field"]`                 | a field of a record                                                 |
| `["index", A, B]`                     | an element of a list (int) or map (text)                            |
| `["call", NAME, A, …]`                | a function of `runtime.expression.functions`                        |
| `["not", A]`, `["neg", A]`            | unary                                                               |
| `["+", A, B]` …                       | `+ - * / == != < <= > >= in` and `not in`                           |
| `["and", A, B]`, `["or", A, B]`       | evaluate B only if needed                                           |
| `["??", A, B]`                        | A unless it is missing                                              |
| `["if", C, A, B]`                     | A or B                                                              |
| `["for", NAME, LIST, BODY, COND]`     | a comprehension; COND may be `true`                                 |
"""
