"""The group of all commands, and what an error of ours becomes at the very end."""

from __future__ import annotations

import os
import sys

import click

from connector.cli import exits
from connector.cli.addresses import emails
from connector.cli.answer import message
from connector.cli.batches import batches
from connector.cli.configuring import config
from connector.cli.demo import demo
from connector.cli.desk import discard, release, resend, retry
from connector.cli.erase import erase
from connector.cli.foresee import plan
from connector.cli.init import init
from connector.cli.look import held, rejected, skipped, status, trace, warned
from connector.cli.options import shared_options
from connector.cli.plugins import plugins
from connector.cli.run import run
from connector.cli.sample import sample
from connector.cli.sandbox import sandbox
from connector.cli.setup import preview
from connector.cli.sources import source
from connector.errors import ConfigError, ConnectorError, LedgerInUse
from connector.log import described
from connector.status import version

PRIVATE = 0o077
"""The umask of this program: what it writes is for its own account."""


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(version(), prog_name="igarage-connector")
@shared_options
def commands() -> None:
    """Carries what a garage's management system knows to iGarage, as AutoPaspoorten."""


for each in (
    demo,
    sandbox,
    sample,
    init,
    config,
    plugins,
    preview,
    plan,
    run,
    status,
    rejected,
    skipped,
    warned,
    held,
    batches,
    trace,
    retry,
    resend,
    emails,
    release,
    discard,
    source,
    erase,
):
    commands.add_command(each)


def main(arguments: list[str] | None = None) -> None:
    """The program `igarage-connector`: runs a command and exits with its status (`connector.cli.exits`)."""
    os.umask(PRIVATE)
    try:
        status_code = commands.main(arguments, prog_name="igarage-connector", standalone_mode=False)
    except click.ClickException as error:
        error.show()
        status_code = error.exit_code
    except click.exceptions.Abort:
        status_code = exits.UNEXPECTED
    except ConnectorError as error:
        message(str(error))
        status_code = _status_of(error)
    except (
        Exception
    ) as error:  # its text may hold a customer's data, and what stands on stderr is kept in logs
        message(f"unexpected: {described(error)}")
        status_code = exits.UNEXPECTED
    sys.exit(status_code or exits.OK)


def _status_of(error: ConnectorError) -> int:
    if isinstance(error, ConfigError):
        return exits.CONFIGURATION
    return exits.USAGE if isinstance(error, LedgerInUse) else exits.NOT_CONNECTED
