"""The runner that is any argument vector: a script, or a coding agent's command line."""

from __future__ import annotations

from forge.planning.settings import RunnerSettings
from forge.run.processes.supervise import Outcome, environment, supervise
from forge.run.runners.base import Job
from forge.run.runners.output import PARSERS

_TOOLS = "{allowed_tools}"


class CommandRunner:
    """Calls a program in the work tree's root; the prompt comes by standard input, as a file, or as
    an argument.
    """

    by_hand = False

    def argv(self, settings: RunnerSettings, job: Job) -> list[str]:
        """Return the command with `{prompt}` and `{prompt_file}` replaced; `prompt: arg` without
        either appends the text.

        Where there is a session to go on with, and a `resume_command`, it is that one, with
        `{session}` replaced. A word with `{allowed_tools}` is left out where no mission names
        tools.
        """
        words = {"{prompt}": job.prompt, "{prompt_file}": str(job.prompt_file)}
        command = (
            settings.resume_command if job.session and settings.resume_command else settings.command
        )
        if job.allowed_tools is None:
            command = tuple(word for word in command if _TOOLS not in word)
        told = {**words, "{session}": job.session or "", _TOOLS: ",".join(job.allowed_tools or ())}
        replaced = [_replaced(word, told) for word in command]
        named = any(name in word for word in command for name in words)
        return replaced if settings.prompt != "arg" or named else [*replaced, job.prompt]

    def run(self, settings: RunnerSettings, job: Job) -> Outcome:
        """Run it to its end, and hear what it says of itself."""
        parser = PARSERS[settings.output](settings)
        if settings.output != "text":
            job.output.listen, job.output.says = parser.take, lambda: parser.line
        stdin = job.prompt.encode("utf-8", "replace") if settings.prompt == "stdin" else b""
        env = environment(settings.env, job.variables)
        outcome = supervise(
            self.argv(settings, job),
            job.root,
            env,
            job.output,
            job.limits,
            stdin=stdin,
            watch=job.watch,
            started=job.started,
        )
        return parser.judge(outcome)


def _replaced(word: str, words: dict[str, str]) -> str:
    for name, value in words.items():
        if name in word:
            return value.join(word.split(name))
    return word
