"""The command line: python -m easycrm …"""

import logging
import sys
from pathlib import Path
from typing import Annotated

import typer
from sqlalchemy.exc import OperationalError, ProgrammingError, SQLAlchemyError

from easycrm.core import log, sealed
from easycrm.core.errors import EasyCRMError
from easycrm.core.settings import settings
from easycrm.core.wording import operating

cli = typer.Typer(add_completion=False, no_args_is_help=True, pretty_exceptions_enable=False, help="EasyCRM")
Email = Annotated[str, typer.Option(help="address to sign in with")]
Name = Annotated[str, typer.Option(help="as colleagues see it")]
FromStdin = Annotated[bool, typer.Option("--password-stdin", help="read the password from standard input")]


@cli.command()
def demo() -> None:
    """The product with a simulator of both providers: nothing to configure."""
    from easycrm import demo

    demo.run(typer.echo)


@cli.command()
def serve() -> None:
    """The product: web and worker, configured by EASYCRM_… variables."""
    from easycrm import serve
    from easycrm.people import setup_link

    serve.check_port("EASYCRM_PORT", settings().host, settings().port)
    serve.prepare(typer.echo)
    link = setup_link.issue()
    told = f"\n  Create the first admin within 24 hours at\n  {link}\n" if link else ""
    serve.run(serve.web_and_worker(), lambda: typer.echo(f"{told}\n  EasyCRM is ready. Stop with Ctrl-C.\n"))


@cli.command()
def web() -> None:
    """One web process; run `prepare` before."""
    from easycrm.serve import web

    web()


@cli.command()
def worker() -> None:
    """One worker process; run `migrate` before."""
    from easycrm import worker

    worker.main()


@cli.command()
def prepare() -> None:
    """Build the pages and bring the database up to date, where that is still to be done; several at a time are fine."""
    from easycrm import serve

    serve.prepare(typer.echo)


@cli.command()
def doctor() -> None:
    """Say what is wrong with this installation, and what to do about it; exit status 1 if anything does not work."""
    from easycrm import doctor

    log.configure(logging.CRITICAL)
    findings: list[doctor.Finding] = []
    for one in doctor.examine():
        findings.append(one)
        typer.echo(f"{one.level:<8} {one.what}: {one.says}" + (f"\n{'':<9}→ {one.remedy}" if one.remedy else ""))
    sys.exit(1 if any(one.level == "problem" for one in findings) else 0)


@cli.command()
def migrate() -> None:
    """Bring the database up to date."""
    from easycrm.migrate import upgrade

    upgrade()


@cli.command("make-migration", hidden=True)
def make_migration(message: str) -> None:
    """Write a migration from the difference between tables and database."""
    from easycrm.migrate import revision

    revision(message)


@cli.command("new-key")
def new_key(key_id: Annotated[str, typer.Argument(help="a short name, such as the year")]) -> None:
    """Print a fresh entry for EASYCRM_KEYS or the key file."""
    typer.echo(sealed.new_key(key_id))


@cli.command("rotate-keys")
def rotate_keys() -> None:
    """Seal everything with the newest key of the ring; may be interrupted and called again."""
    from easycrm.core import key_canary
    from easycrm.mail import key_rotation

    key_canary.check()
    newest = key_rotation.begin(None)
    before = key_rotation.overview()
    typer.echo(f"Key {newest} seals from now on. To be sealed anew: {before.older} of {before.total} values")
    while key_rotation.step():
        typer.echo(f"  {key_rotation.overview().older} left")
    after = key_rotation.overview()
    for key in after.ring:
        if not key.seals and not key.values:
            typer.echo(f"Key {key.id} is not used any more. Remove it from EASYCRM_KEYS or the key file")
    if after.older:
        typer.echo(f"{after.older} values could not be opened and stay as they are; their key may be missing")


@cli.command()
def backup(target: Annotated[Path, typer.Argument(help="the file to write; it must not be there yet")]) -> None:
    """Copy the SQLite database while EasyCRM runs; the keys are not in it."""
    from easycrm.core import backup, db
    from easycrm.notices import audit

    size = backup.to_file(target)
    try:
        with db.transaction() as session:
            audit.record(session, "data.copied", detail=f"{size:,} bytes")
    except SQLAlchemyError as error:
        typer.echo(f"The backup is complete, but the audit log could not be written ({type(error).__name__})", err=True)
    typer.echo(f"{size:,} bytes written to {target}. Keep the keys apart from it")


@cli.command("after-restore")
def after_restore() -> None:
    """Hold back what a restored database would send again; see docs/backup.md."""
    from easycrm.core import key_canary
    from easycrm.mail import after_restore

    key_canary.check()
    typer.echo(f"{after_restore.hold_back()} waiting messages are left to their owners to decide about")


@cli.command("create-admin")
def create_admin(email: Email, name: Name = "", password_stdin: FromStdin = False) -> None:
    """Create somebody who may configure providers."""
    _create(email, name, "admin", password_stdin)


@cli.command("create-user")
def create_user(
    email: Email, name: Name = "", role: Annotated[str, typer.Option()] = "member", password_stdin: FromStdin = False
) -> None:
    """Create somebody who may connect a mailbox."""
    _create(email, name, role, password_stdin)


def _create(email: str, name: str, role: str, from_stdin: bool) -> None:
    from easycrm.migrate import upgrade
    from easycrm.people import accounts

    password = sys.stdin.readline().rstrip("\n") if from_stdin else typer.prompt("Password", hide_input=True)
    upgrade()
    accounts.create(email=email, name=name, role=role, password=password)
    typer.echo(f"{accounts.normalised(email)} can sign in as {role}")


def main() -> None:
    """Run a command; what is wrong is said in one line."""
    log.configure()
    try:
        cli()
    except EasyCRMError as error:
        typer.echo(error.user_message, err=True)
        sys.exit(2)
    except (OperationalError, ProgrammingError) as error:
        typer.echo(_about_database(error), err=True)
        sys.exit(2)


def _about_database(error: OperationalError | ProgrammingError) -> str:
    """What keeps a command from the database: it is away, or has not the form that the command needs.

    Raises:
        ProgrammingError: neither; that is a fault of EasyCRM's.
    """
    from easycrm.core import revision

    try:
        wrong = revision.misfit(revision.found())
    except SQLAlchemyError:
        wrong = None
    if wrong:
        return ". ".join(wrong)
    if isinstance(error, ProgrammingError):
        raise error
    remedy = operating.fix_database(is_file=settings().sqlite)
    return f"{operating.database_unusable(' '.join(str(error.orig).split()))}. {remedy}"


if __name__ == "__main__":
    main()
