"""Reads the options and operands of a call of a known program: which of its words are code."""

from __future__ import annotations

from flowc.analysis.scripts.joined import HOLE
from flowc.analysis.scripts.shell.commands import Word
from flowc.analysis.scripts.shell.programs import SHELLS, Program, base_name
from runtime.model.slotted import dataclass, field


@dataclass(slots=True)
class Invocation:
    """`code`: words that the program reads as code. `doubtful`: words that could be an option that takes code.
    `free`: operands that are data whatever they hold. `reads_input`: standard input is code."""

    code: list[Word] = field(default_factory=list)
    doubtful: list[Word] = field(default_factory=list)
    free: list[Word] = field(default_factory=list)
    reads_input: bool = False

    @classmethod
    def of(cls, program: Program, words: list[Word]) -> Invocation:
        reading = _Reading(program, words, base_name(words[0].value) in SHELLS)
        reading.read()
        return reading.conclude()


@dataclass(slots=True)
class _Reading:
    program: Program
    words: list[Word]
    shell: bool
    index: int = 1
    options: bool = True
    given: bool = False
    input_option: bool = False
    code: list[Word] = field(default_factory=list)
    doubtful: list[Word] = field(default_factory=list)
    operands: list[Word] = field(default_factory=list)

    def read(self) -> None:
        while self.index < len(self.words):
            word = self.words[self.index]
            self.index += 1
            if self.options and word.value == "--":
                self.options = False
            elif self.options and self._is_long(word.value):
                self._long(word)
            elif self.options and word.value.startswith("-") and len(word.value) > 1:
                self._cluster(word)
            else:
                self._operand(word)

    def conclude(self) -> Invocation:
        program, operands = self.program, self.operands
        code = list(self.code)
        if self.shell and self.given:
            code += operands[:1]
        elif program.operand is not None and not self.given:
            code += operands[program.operand : program.operand + 1]
        if program.every_after is not None:
            code += operands[program.every_after :]
        dash = bool(operands) and operands[0].value == "-"
        few = program.stdin is not None and len(operands) <= program.stdin
        reads = program.stdin is not None and not self.given and (few or dash or self.input_option)
        free = [] if program.every_after is not None else operands[not self.given or self.shell :]
        return Invocation(code, self.doubtful, free, reads)

    def _is_long(self, value: str) -> bool:
        """`--name`, and the names with one dash that some programs have."""
        name = value.partition("=")[0]
        return value.startswith("--") or name in self.program.long or name in dict(self.program.pairs)

    def _long(self, word: Word) -> None:
        name, equals, _ = word.value.partition("=")
        pairs = dict(self.program.pairs)
        if name in self.program.long:
            self.given = True
            self.code += [word] if equals else self._next(1)
        elif name in pairs and not equals:
            self.given = self.given or (name.endswith("file") and name.startswith("--f"))
            self._next(pairs[name])
        elif HOLE in name and self.program.guarded:
            self.doubtful.append(word)

    def _cluster(self, word: Word) -> None:
        """`-x`, `-xyz`, `-xVALUE`."""
        letters = word.value[1:]
        for place, letter in enumerate(letters, start=1):
            rest = letters[place:]
            if letter in self.program.last:
                self.given, self.options = True, False
            if letter == HOLE:
                self.doubtful.append(word)
                return
            if letter in self.program.code:
                self.given = True
                if self.shell:
                    continue
                self.code += [word] if rest else self._next(1)
                return
            if letter in self.program.valued:
                self.given = self.given or (letter == "f" and self.program.operand == 0)
                if not rest:
                    self._next(1)
                return
            self.input_option = self.input_option or (self.shell and letter == "s")

    def _operand(self, word: Word) -> None:
        if self.program.guarded and self.options and word.value.startswith(HOLE) and not self.operands:
            code_follows = self.given and self.shell
            if not code_follows:
                self.doubtful.append(word)
        self.operands.append(word)
        if self.program.guarded or self.program.every_after is not None:
            self.options = False

    def _next(self, count: int) -> list[Word]:
        taken = self.words[self.index : self.index + count]
        self.index += count
        return taken
