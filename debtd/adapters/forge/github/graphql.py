"""GitHub's GraphQL API, for what its REST API does not have."""

from debtd.adapters.display import shown
from debtd.adapters.forge.http.faults import Refused
from debtd.adapters.forge.http.fields import Fields
from debtd.adapters.forge.http.transport import Transport
from debtd.model.errors import Retryable
from debtd.model.secret import redact

_LIMITED = "RATE_LIMITED"


def graphql_home_of(api_url: str) -> str:
    """What "/graphql" is appended to, for the REST API at this address."""
    return api_url.removesuffix("/v3")


class GraphQL:
    """`transport` leads to where "/graphql" is."""

    def __init__(self, transport: Transport) -> None:
        self._http = transport

    def change(self, mutation: str, **variables: str) -> Fields:
        """The data of a mutation. Raises as `Transport.write` does: a fault comes with status 200 here."""
        answer = self._http.write("POST", "graphql", {"query": mutation, "variables": variables})
        fields = Fields(answer.value, "a GraphQL mutation")
        errors = list(fields.children("errors"))
        if any(error.text_or("type") == _LIMITED for error in errors):
            raise Retryable(f"{self._http.host} asks for fewer calls; debtd goes on later.")
        if errors:
            words = shown(redact("; ".join(error.text_or("message") for error in errors)), 300)
            raise Refused(f"{self._http.host} refused a change ({words}).", status=200, words=words)
        return fields.child("data")
