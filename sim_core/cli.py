"""The command `sim`: one table of commands, each loaded when it is called."""

import sys
from difflib import get_close_matches
from importlib.metadata import version
from typing import Any

COMMANDS: tuple[tuple[str, tuple[tuple[str, str, str], ...]], ...] = (
    (
        "Run the platform",
        (
            ("up", "sim_core.commands.up:up", "Start everything on this machine, the database included."),
            ("serve", "sim_core.commands.serve:serve", "Serve the API and run workflows."),
            ("worker", "sim_core.commands.serve:worker", "Perform runs that wait in the queue."),
            ("realtime", "sim_core.commands.serve:realtime", "Serve the rooms in which people edit together."),
            ("migrate", "sim_core.commands.serve:migrate", "Bring the database to this version's shape."),
            ("doctor", "sim_core.commands.doctor:doctor", "Say what is missing on this machine, and how to get it."),
        ),
    ),
    (
        "Workflows",
        (
            ("run", "sim_core.commands.run:run", "Run a workflow file here, without a server or a database."),
            ("import", "sim_core.commands.transfer:import_file", "Bring a workflow file into the workspace."),
            ("export", "sim_core.commands.transfer:export", "Write a workflow of the workspace as a file."),
        ),
    ),
    (
        "Workspace",
        (
            ("key", "sim_core.commands.keys:app", "Make, list and revoke API keys."),
            ("secret", "sim_core.commands.secrets:app", "Set, import, list and delete secrets."),
            ("file", "sim_core.commands.files:app", "List, bring, fetch and delete files."),
            ("user", "sim_core.commands.people:app", "List people, shut them out, let them in."),
            ("org", "sim_core.commands.organizations:app", "Members, invitations, workspaces, groups, the audit log."),
            ("credential", "sim_core.commands.credentials:app", "Connect, list and delete accounts of services."),
        ),
    ),
    (
        "Plugins",
        (
            ("plugin", "sim_core.commands.plugins:app", "Install, check, bundle, remove and begin plugins."),
            ("plugins", "sim_core.commands.plugins:plugins", "List what is installed."),
        ),
    ),
    ("More", (("version", "sim_core.commands.version:version", "Print the version."),)),
)

SERVICES = ("serve", "worker", "realtime")
"""Commands that the supervisor starts without options: for them nothing that reads options is imported."""


def main(arguments: list[str] | None = None) -> None:
    """Run one command and leave with its exit code."""
    given = sys.argv[1:] if arguments is None else arguments
    if not given or given in (["--help"], ["-h"], ["help"]):
        # cyclopts takes half a second to print what is known here already
        print(_help())
        raise SystemExit(0)
    if given == ["--version"]:
        print(version("sim-platform"))
        raise SystemExit(0)
    if len(given) == 1 and given[0] in SERVICES:
        from sim_core.commands.services import run

        raise SystemExit(run(given[0]))
    from sim_core.commands.terminal import Usage, complain, guarded

    known = [name for _, commands in COMMANDS for name, _, _ in commands]
    if not given[0].startswith("-") and given[0] not in known:
        near = get_close_matches(given[0], known, n=1)
        hint = f" Did you mean `sim {near[0]}`?" if near else " `sim --help` lists them."
        raise SystemExit(complain(Usage(f"There is no command {given[0]!r}.{hint}"), "--json" in given))
    raise SystemExit(guarded(lambda: _app()(given), given))


def _help() -> str:
    lines = ["Usage: sim COMMAND …", "", "Build and run AI workflows together, on your own machine.", ""]
    width = max(len(name) for _, commands in COMMANDS for name, _, _ in commands)
    for group, commands in COMMANDS:
        lines += [group, *(f"  {name:{width}}  {doc}" for name, _, doc in commands), ""]
    return "\n".join([*lines, "Ask `sim COMMAND --help` for a command's options; every command takes --json."])


def _app() -> Any:
    import cyclopts

    app = cyclopts.App(
        name="sim",
        help="Build and run AI workflows together, on your own machine.",
        version=lambda: version("sim-platform"),
        exit_on_error=False,
        print_error=False,
        result_action="return_value",
    )
    for group, commands in COMMANDS:
        for name, place, doc in commands:
            is_app = place.endswith(":app")
            app.command(place, name=name, group=group, **({} if is_app else {"help": doc}))
    return app


if __name__ == "__main__":
    main()
