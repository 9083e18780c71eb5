"""The runner `command`: any program, such as a script or a coding agent's command line."""

from __future__ import annotations

from forge.planning.settings import RunnerSettings
from forge.run.processes.supervise import Outcome, environment, supervise
from forge.run.runners.base import Job
from forge.run.runners.output import PARSERS

_TOOLS = "{allowed_tools}"


class CommandRunner:
    """Runs a program in the root of the work tree.

    It gets the prompt on standard input, in a file, or as an argument.
    """

    by_hand = False

    def argv(self, settings: RunnerSettings, job: Job) -> list[str]:
        """Return the command with its placeholders replaced.

        With a session to resume, it is the `resume_command` if there is one. `prompt: arg` appends
        the prompt if neither `{prompt}` nor `{prompt_file}` is used. A word with
        `{allowed_tools}` is left out if no mission names tools.
        """
        words = {"{prompt}": job.prompt, "{prompt_file}": str(job.prompt_file)}
        command = (
            settings.resume_command if job.session and settings.resume_command else settings.command
        )
        if job.allowed_tools is None:
            command = tuple(word for word in command if _TOOLS not in word)
        tools = ",".join(job.allowed_tools or ())
        values = {**words, "{session}": job.session or "", _TOOLS: tools}
        replaced = [_replaced(word, values) for word in command]
        has_prompt = any(name in word for word in command for name in words)
        return replaced if settings.prompt != "arg" or has_prompt else [*replaced, job.prompt]

    def run(self, settings: RunnerSettings, job: Job) -> Outcome:
        """Run the program to its end; its output may turn a success into a failure."""
        parser = PARSERS[settings.output](settings)
        if settings.output != "text":
            job.output.on_stdout, job.output.latest_line = parser.feed, lambda: parser.line
        stdin = job.prompt.encode("utf-8", "replace") if settings.prompt == "stdin" else b""
        env = environment(settings.env, job.variables)
        outcome = supervise(
            job.confine(self.argv(settings, job)),
            job.root,
            env,
            job.output,
            job.limits,
            stdin=stdin,
            watch=job.watch,
            started=job.started,
        )
        return parser.judge(outcome)


def _replaced(word: str, values: dict[str, str]) -> str:
    for name, value in values.items():
        if name in word:
            return value.join(word.split(name))
    return word
