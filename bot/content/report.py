"""What a load did and what was wrong, a sentence each."""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass(slots=True)
class Report:
    """Counts and problems. An error means that the file or row named was not loaded; the rest was."""

    topics: int = 0
    new_answers: int = 0
    new_questions: int = 0
    offices: int = 0
    emergency_numbers: int = 0
    errors: list[str] = field(default_factory=list)
    warnings: list[str] = field(default_factory=list)

    def __str__(self) -> str:
        lines = [
            f"{self.topics} topics read, {self.new_answers} answers new or changed, {self.new_questions} questions new; "
            f"{self.offices} offices, {self.emergency_numbers} emergency numbers."
        ]
        lines += [f"warning: {line}" for line in self.warnings]
        lines += [f"error: {line}" for line in self.errors]
        return "\n".join(lines)
