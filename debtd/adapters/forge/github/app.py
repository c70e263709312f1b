"""A GitHub App's credentials: a signed assertion that lives for minutes buys a token that lives for an hour, for one
repository, with no more rights than debtd needs."""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timedelta

from debtd.adapters.forge.connection import Uses
from debtd.adapters.forge.http.fields import Fields
from debtd.adapters.forge.http.transport import Transport
from debtd.model.errors import ConfigError
from debtd.model.secret import Secret
from debtd.ports import Clock

PERMISSIONS = {"contents": "write", "pull_requests": "write", "metadata": "read"}
"""What debtd needs."""

OPTIONAL = {
    "issues": {"write": "write"},
    "statuses": {"write": "write", "read": "read"},
    "checks": {"write": "read", "read": "read"},
}
"""What debtd uses where an operator granted it, by what was granted: issues, and labels that do not exist yet; statuses
of commits, its own and others'; checks."""


def permissions_for(uses: Uses) -> Mapping[str, str]:
    """What the App must have for that."""
    made = dict(PERMISSIONS)
    if uses.merging:
        made |= {"checks": "read", "statuses": "read"}
    if uses.issues:
        made["issues"] = "write"
    return made | ({"statuses": "write"} if uses.statuses else {})


_RENEW_BEFORE = timedelta(minutes=5)


def assertion(app_id: str, private_key: Secret, now: datetime) -> Secret:
    """The App's own credential (a JWT, RS256): from a minute ago, since clocks differ, for nine minutes."""
    try:
        import jwt  # noqa: PLC0415  (the extra debtd[github-app]; slow to import)
        from cryptography.hazmat.primitives.serialization import load_pem_private_key  # noqa: PLC0415
    except ImportError:
        raise ConfigError("a GitHub App needs PyJWT and cryptography; install debtd[github-app].") from None
    claims = {"iat": now - timedelta(seconds=60), "exp": now + timedelta(minutes=9), "iss": app_id}
    try:
        load_pem_private_key(private_key.reveal().encode(), password=None)
        return Secret(jwt.encode(claims, private_key.reveal(), algorithm="RS256"))
    except (ValueError, TypeError, jwt.PyJWTError):
        raise ConfigError("the private key of the GitHub App is no RSA key in PEM form; download it again.") from None


class AppTokens:
    """Tokens of one installation, renewed before they end.

    `transport` speaks as the App itself; `where` is what the App is installed on ("repos/owner/name", "orgs/owner").
    The tokens are good for `repositories` (names; all when empty) and `permissions`, and for OPTIONAL ones that the
    installation has, unless they are only to look (`permissions` without "contents").
    """

    def __init__(
        self,
        transport: Transport,
        where: str,
        clock: Clock,
        permissions: Mapping[str, str],
        repositories: Sequence[str],
    ) -> None:
        self._http = transport
        self._where = where
        self._clock = clock
        self._permissions = permissions
        self._repositories = repositories
        self._token: Secret | None = None
        self._ends: datetime | None = None

    def token(self) -> Secret:
        now = self._clock.now()
        if self._token is None or self._ends is None or now + _RENEW_BEFORE >= self._ends:
            installation = Fields(self._http.get(f"{self._where}/installation").value, "the installation")
            path = f"app/installations/{installation.number('id')}/access_tokens"
            asked: dict[str, object] = {"permissions": self._asked(installation.child("permissions"))}
            if self._repositories:
                asked["repositories"] = list(self._repositories)
            fields = Fields(self._http.write("POST", path, asked).value, "an installation token")
            self._token, self._ends = Secret(fields.text("token")), fields.moment("expires_at")
        return self._token

    def _asked(self, granted: Fields) -> dict[str, str]:
        if "contents" not in self._permissions:
            return dict(self._permissions)
        had = {name: levels.get(granted.text_or(name)) for name, levels in OPTIONAL.items()}
        return {name: level for name, level in had.items() if level} | dict(self._permissions)

    def login(self) -> str:
        """The name under which the App writes."""
        return f"{Fields(self._http.get('app').value, 'the App').text('slug')}[bot]"


def app_headers(app_id: str, private_key: Secret, clock: Clock) -> Callable[[], Mapping[str, Secret]]:
    """The headers of calls as the App itself."""
    return lambda: {"authorization": Secret(f"Bearer {assertion(app_id, private_key, clock.now()).reveal()}")}
