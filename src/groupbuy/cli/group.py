"""The command group. A subcommand's module is imported when the subcommand is named."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

import click
from click.exceptions import Exit

from groupbuy import __version__
from groupbuy.errors import GroupbuyError, did_you_mean

if TYPE_CHECKING:
    from click.shell_completion import CompletionItem

    from groupbuy.plugins.found import Found

COMMANDS: dict[str, tuple[str, str]] = {
    "init": ("groupbuy.cli.init", "Make a rules folder that works at once."),
    "evaluate": ("groupbuy.cli.evaluate", "Rank leads: whom to call first, why, what to ask."),
    "explain": ("groupbuy.cli.explain", "Show how everything about one lead was decided."),
    "sheet": ("groupbuy.cli.sheet", "Write all about one lead on a page, blanks included."),
    "report": ("groupbuy.cli.report", "Write a page for everybody: ranking, pictures, reasons."),
    "check": ("groupbuy.cli.check", "Find every error in rules and lead files."),
    "test": ("groupbuy.cli.test", "Run the cases that say what rules must do."),
    "diff": ("groupbuy.cli.diff", "Compare two versions of rules over the same leads."),
    "log": ("groupbuy.cli.log", "Prove and replay what evaluate --log kept."),
    "fmt": ("groupbuy.cli.fmt", "Put rule files in one spelling."),
    "lsp": ("groupbuy.cli.lsp", "Serve an editor while rules are written."),
    "rules": ("groupbuy.cli.rules", "List, show and look up rules."),
    "schema": ("groupbuy.cli.schema", "Print a JSON Schema: of a lead, a pack or the results."),
    "map": ("groupbuy.cli.map", "Read the files of another system: draft a mapping."),
    "blank": ("groupbuy.cli.blank", "Print an empty lead file to fill in."),
    "error": ("groupbuy.cli.error", "Explain an error code, with an example."),
    "plugins": ("groupbuy.cli.plugins", "List, examine and start plugins."),
}


class LazyGroup(click.Group):
    """Lists its commands, the core's and those of plugins, without importing them."""

    plugin: Found | None = None
    """Who brought the command that was called."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """The commands in the order in which people need them, then those of plugins."""
        return [*COMMANDS, *self.brought()]

    def brought(self) -> dict[str, list[str]]:
        """The commands of plugins, with the distributions that bring them."""
        from groupbuy.cli.plugin_commands import brought

        return brought("command", COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """The command of that name, imported now."""
        found = COMMANDS.get(cmd_name)
        if found is None:
            from groupbuy.cli.plugin_commands import plugin_command

            theirs = plugin_command(cmd_name)
            if theirs is None:
                return None
            self.plugin, command = theirs
            return command
        command = getattr(import_module(found[0]), cmd_name)
        assert isinstance(command, click.Command)
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """The list of commands: from the table above, and from the metadata of plugins."""
        with formatter.section("Commands"):
            formatter.write_dl([(name, text) for name, (_, text) in COMMANDS.items()])
        brought = self.brought()
        if brought:
            with formatter.section("Commands of plugins"):
                formatter.write_dl(
                    [(name, f"From {' and '.join(owners)}.") for name, owners in brought.items()]
                )

    def shell_complete(self, ctx: click.Context, incomplete: str) -> list[CompletionItem]:
        """The commands that begin so, for a shell: no module of theirs is imported."""
        from click.shell_completion import CompletionItem

        told = {name: text for name, (_, text) in COMMANDS.items()}
        told |= {name: f"From {' and '.join(by)}." for name, by in self.brought().items()}
        found = [
            CompletionItem(name, help=text)
            for name, text in told.items()
            if name.startswith(incomplete)
        ]
        return [*found, *click.Command.shell_complete(self, ctx, incomplete)]

    def invoke(self, ctx: click.Context) -> Any:
        """Run the command; what a plugin's own command does wrong is told as its fault."""
        try:
            return super().invoke(ctx)
        except Exception as error:
            foreseen = (click.ClickException, click.Abort, Exit, GroupbuyError, OSError)
            if self.plugin is None or isinstance(error, foreseen):
                raise
            from groupbuy.plugins.guard import told

            raise told(self.plugin, ctx.invoked_subcommand or "", error) from None

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """Find the command; an unknown one is an error that names the nearest."""
        try:
            return super().resolve_command(ctx, args)
        except click.UsageError as error:
            hint = did_you_mean(args[0], self.list_commands(ctx)) if args else None
            message = f"{error.message.rstrip('.')}: {hint}" if hint else error.message
            raise click.UsageError(message, ctx) from None


@click.group(cls=LazyGroup, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, message="groupbuy %(version)s")
def groupbuy() -> None:
    """Turn leads into decisions with reasons, by rules in YAML.

    Start with:  groupbuy evaluate leads.yaml
    """
