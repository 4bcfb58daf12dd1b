"""`sandbox`: a stand-in iGarage on this machine, for trying things out."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from connector.cli import exits
from connector.cli.options import Options, shared_options

if TYPE_CHECKING:
    from connector.sandbox import Sandbox


@click.command()
@click.option(
    "--port", type=click.IntRange(0, 65535), default=8790, show_default=True, help="0 takes a free one."
)
@click.option("--state", type=click.Path(dir_okay=False, path_type=Path), help="Remember in this file.")
@click.option(
    "--token",
    "tokens",
    metavar="TOKEN=GARAGE",
    multiple=True,
    help="A token and its garage; several times for several. Default: sandbox=sandbox.",
)
@shared_options
@click.pass_obj
def sandbox(options: Options, port: int, state: Path | None, tokens: tuple[str, ...]) -> int:
    """Play iGarage on a loopback port until Ctrl-C: nothing leaves this machine."""
    from connector.sandbox import serve_forever  # noqa: PLC0415  # a service need not carry this web server

    known = dict(_pair(each) for each in tokens) or {"sandbox": "sandbox"}
    try:
        serve_forever(known, port=port, announce=_announce, state=state or ":memory:")
    except OSError as error:
        raise click.ClickException(f"port {port} cannot be listened on: {error.strerror}") from None
    return exits.OK


def _pair(text: str) -> tuple[str, str]:
    token, _, garage = text.partition("=")
    if not token or not garage:
        raise click.UsageError("a token is written TOKEN=GARAGE")
    return token, garage


def _announce(sandbox: Sandbox) -> None:
    click.echo(f"sandbox, a stand-in for iGarage: {sandbox.url}")
    click.echo(f"what it did: {sandbox.origin}/sandbox/effects and /sandbox/mails; stop with Ctrl-C")
