"""Is there the command that a claim names?

Commands are those that package.json gives to VS Code, scripts of package.json, targets of the
Makefile, and entry points of a Python package.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from opsreview.operating_model.surfaces.claims import Claim, Miss
from opsreview.operating_model.surfaces.repository import Repository, mapping_at, nearest

_RULE = re.compile(r" *([^\s:=#][^:=#]*?)\s*::?(?![:=])")
_RUNNERS = re.compile(r"(?:npm|pnpm|yarn|bun)(?: run| run-script)? +(\S+)")


def command_miss(repository: Repository, claim: Claim) -> Miss | None:
    """Why no command answers to the claim's words.

    ``make release`` asks for a target, ``npm run package`` for a script; a bare name for any;
    the first of several words for an entry point: ``opsreview check``.
    """
    known = {
        "target of a Makefile": set(_targets(repository)),
        "script of a package.json": set(_scripts(repository)),
        "entry point of the package": set(_entry_points(repository)),
        "command of a package.json": set(_editor_commands(repository)),
    }
    kinds, name = _asked(claim.wanted, list(known))
    if any(name in known[kind] for kind in kinds):
        return None
    first = claim.wanted.split()[0]
    if len(kinds) > 1 and first in known["entry point of the package"]:
        return None
    where = "contributes.commands or scripts of any package.json, targets of any Makefile, or "
    where += "entry points of any pyproject.toml"
    looked_in = f"no {kinds[0]}" if len(kinds) == 1 else f"not among the {where}"
    everything = [each for kind in kinds for each in known[kind]]
    return Miss(
        f"the command {claim.wanted} is {looked_in}{nearest(name, everything)}: "
        "correct its name in the model, or add it"
    )


def _asked(wanted: str, kinds: list[str]) -> tuple[list[str], str]:
    """The kinds of commands that the words can mean, and the name looked for."""
    words = wanted.split()
    if words[0] == "make" and len(words) > 1:
        return ["target of a Makefile"], words[1]
    if script := _RUNNERS.match(" ".join(words)):
        return ["script of a package.json"], script[1]
    return kinds, wanted


def _editor_commands(repository: Repository) -> Iterator[str]:
    for said in repository.manifests.values():
        commands = mapping_at(said, "contributes").get("commands")
        for command in commands if isinstance(commands, list) else [commands]:
            if isinstance(command, dict) and isinstance(command.get("command"), str):
                yield command["command"]


def _scripts(repository: Repository) -> Iterator[str]:
    for said in repository.manifests.values():
        yield from mapping_at(said, "scripts")


def _entry_points(repository: Repository) -> Iterator[str]:
    for said in repository.python_projects.values():
        yield from mapping_at(said, "project", "scripts")
        yield from mapping_at(said, "project", "gui-scripts")
        yield from mapping_at(said, "tool", "poetry", "scripts")
        for group in mapping_at(said, "project", "entry-points").values():
            yield from mapping_at(group)
    for said in repository.manifests.values():
        bin_said = said.get("bin")
        if isinstance(bin_said, dict):
            yield from bin_said
        elif isinstance(bin_said, str) and isinstance(said.get("name"), str):
            yield said["name"].rpartition("/")[2]


def _targets(repository: Repository) -> Iterator[str]:
    files = repository.named("Makefile", "makefile", "GNUmakefile")
    files += [path for path in repository.checkout.ours if path.endswith(".mk")]
    for path in files:
        text = (repository.text(path) or "").replace("\\\n", " ")
        for line in text.split("\n"):
            rule = None if line.startswith("\t") else _RULE.match(line)
            for target in rule[1].split() if rule else []:
                if "%" not in target and "$" not in target and target != ".PHONY":
                    yield target
