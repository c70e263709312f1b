"""`debtd findings`: review what is owed, and record decisions."""

import re
from datetime import UTC, datetime, timedelta
from pathlib import Path

import click

from debtd.cli.finding_list import list_findings
from debtd.cli.options import author_option, format_option, reason_option, settings_of, state_options
from debtd.cli.output import Format, plural, put, put_json, say
from debtd.cli.views import finding_json, suppression_json
from debtd.model.errors import ConfigError
from debtd.model.finding import Finding
from debtd.model.printable import printable
from debtd.model.suppression import Suppression, SuppressionKind
from debtd.ports import Store
from debtd.wiring import durable

fingerprint_argument = click.argument("fingerprint")


@click.group()
def findings() -> None:
    """Review findings and record decisions.

    A FINGERPRINT can be given by its beginning.
    """


findings.add_command(list_findings)


@findings.command()
@fingerprint_argument
@format_option
@state_options
def show(fingerprint: str, *, output: Format, state_dir: Path | None, config: Path | None) -> None:
    """Show one finding with its decisions and its history."""
    with durable.open_store(settings_of(state_dir, config)) as store:
        finding = find_one(store, fingerprint)
        decisions = [s for s in store.suppressions(durable.SystemClock().now()) if s.fingerprint == finding.fingerprint]
        events = store.events(finding.fingerprint)
    if output is Format.JSON:
        put_json(finding_json(finding) | {"suppressions": [suppression_json(s) for s in decisions]})
        return
    match = finding.match
    put(f"fingerprint  {finding.fingerprint}")
    put(f"state        {finding.state}")
    put(f"rule         {match.rule_id}: {match.message}")
    put(printable(f"place        {match.path}:{match.span.line}:{match.span.column}"))
    put(printable(f"code         {match.line_text}"))
    if match.edits:
        put("fix          yes")
    elif match.no_fix is not None:
        put(printable(f"fix          no: {match.no_fix.reason} {match.no_fix.detail}".rstrip()))
    for suppression in decisions:
        until = f" until {suppression.expires_at:%Y-%m-%d}" if suppression.expires_at else ""
        put(printable(f"suppressed   by {suppression.author}{until}: {suppression.reason} ({suppression.kind})"))
    for event in reversed(events):
        told = " ".join(f"{key}={value}" for key, value in event.fields)
        put(printable(f"{event.at:%Y-%m-%d %H:%M} {event.kind} {told}".rstrip()))


@findings.command()
@fingerprint_argument
@reason_option
@click.option("--expires", help="When to look again: 90d, 12w, or a date such as 2027-01-31.")
@author_option
@state_options
def suppress(
    fingerprint: str,
    *,
    reason: str,
    expires: str | None,
    author: str | None,
    state_dir: Path | None,
    config: Path | None,
) -> None:
    """Record a no: the finding stays known, and no fix is proposed for it."""
    clock = durable.SystemClock()
    suppression_until = parse_expiry(expires, clock.now()) if expires else None
    if not reason.strip():
        raise click.BadParameter("say why.", param_hint="--reason")
    with durable.open_store(settings_of(state_dir, config)) as store:
        finding = find_one(store, fingerprint)
        store.add_suppression(
            Suppression(
                fingerprint=finding.fingerprint,
                kind=SuppressionKind.EXTERNAL,
                reason=reason,
                author=author or durable.login_name(),
                created_at=clock.now(),
                expires_at=suppression_until,
            )
        )
    until = f" until {suppression_until:%Y-%m-%d}" if suppression_until else ""
    say(f"suppressed {finding.fingerprint[:12]}{until}; `debtd findings reopen {finding.fingerprint[:12]}` undoes it.")


@findings.command()
@fingerprint_argument
@click.option("--reason", default="", help="Why; it is kept and shown.")
@author_option
@state_options
def reopen(fingerprint: str, *, reason: str, author: str | None, state_dir: Path | None, config: Path | None) -> None:
    """Lift every recorded no of a finding: the next run may propose a fix again."""
    with durable.open_store(settings_of(state_dir, config)) as store:
        finding = find_one(store, fingerprint)
        now = durable.SystemClock().now()
        lifted = store.lift_suppressions(finding.fingerprint, author or durable.login_name(), reason, now)
    if not lifted:
        say(f"{finding.fingerprint[:12]} has no decision that could be lifted.")
        return
    say(f"lifted {plural(lifted, 'decision')}; the next run may propose a fix for {finding.fingerprint[:12]} again.")


def find_one(store: Store, prefix: str) -> Finding:
    """The one finding whose fingerprint begins so. Raises ConfigError for none or several."""
    found = store.find_finding(prefix) if re.fullmatch(r"[0-9a-f]{4,40}", prefix) else ()
    if not found:
        raise ConfigError(f"there is no finding {prefix!r}; `debtd findings list` shows all fingerprints.")
    if len(found) > 1:
        raise ConfigError(f"several findings begin with {prefix!r}; give more of the fingerprint.")
    return found[0]


def parse_expiry(text: str, now: datetime) -> datetime:
    """`90d`, `12w` or an ISO date (its first moment, UTC). A wrong or past one is a usage error."""
    relative = re.fullmatch(r"(\d{1,4})([dw])", text)
    if relative:
        return now + timedelta(days=int(relative[1]) * (7 if relative[2] == "w" else 1))
    try:
        moment = datetime.strptime(text, "%Y-%m-%d").replace(tzinfo=UTC)
    except ValueError:
        raise click.BadParameter("give 90d, 12w or a date such as 2027-01-31.", param_hint="--expires") from None
    if moment <= now:
        raise click.BadParameter("this date has passed.", param_hint="--expires")
    return moment
