"""The forges' published API descriptions, against which requests and answers are checked.

GitHub's and Forgejo's are large files that do not ship with debtd; where they are missing nothing is checked, and
`DESCRIPTION_MISSING` says so in the tests' summary. GitLab publishes prose: gitlab.yaml was written from it.
"""

import functools
import json
import os
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml
from jsonschema import Draft202012Validator
from referencing import Registry
from referencing.jsonschema import DRAFT202012

from tests.support.forges.wire import Call, Reply

_ROOT = Path(__file__).parents[3]
_FOLDERS = [Path(os.environ["DEBTD_API_DESCRIPTIONS"])] if "DEBTD_API_DESCRIPTIONS" in os.environ else []
_FOLDERS += [parent / "shared" / "data" for parent in _ROOT.parents]
_FILES = {"github": "github-openapi.json", "gitea": "forgejo-openapi.json"}
# The copy of GitHub's description is trimmed: these paths are real and are not in it.
_NOT_DESCRIBED = {
    "github": re.compile(r"/orgs/[^/]+/(repos|installation)|/users/[^/]+/repos|/installation/repositories|/api/graphql")
}


@dataclass(frozen=True)
class Description:
    """One forge's description; an empty one allows everything."""

    document: dict[str, Any]
    kind: str

    @staticmethod
    @functools.cache
    def of(kind: str) -> "Description":
        path = description_file(kind)
        if path is None:
            return Description({}, kind)
        text = path.read_text()
        document = json.loads(text) if path.suffix == ".json" else yaml.safe_load(text)
        return Description(_as_json_schema(document, lenient=kind == "gitea"), kind)

    def problems(self, call: Call, path: str, reply: Reply) -> list[str]:
        """What the description does not allow about this call and its reply."""
        if not self.document:
            return []
        where = f"{call.method} {path}"
        operation = self._operation(call.method, path)
        if operation is None:
            known = _NOT_DESCRIBED.get(self.kind)
            return [] if known and known.fullmatch(path) else [f"{where}: not described"]
        problems = self._query_problems(call, operation) + self._body_problems(call, operation)
        if str(reply.status) in operation["responses"]:
            schema = self._reply_schema(operation["responses"][str(reply.status)])
            if schema is not None and reply.text is None:
                problems += self._errors(schema, reply.value, "answer")
        elif reply.status < 400:
            problems.append(f"answers with {reply.status}, which is not described")
        return [f"{where}: {problem}" for problem in problems]

    def _operation(self, method: str, path: str) -> dict[str, Any] | None:
        for pattern, template in _patterns(self.kind, tuple(self.document["paths"])):
            if pattern.fullmatch(path) and method.lower() in self.document["paths"][template]:
                item = self.document["paths"][template]
                return item[method.lower()] | {"shared": item.get("parameters", [])}  # type: ignore[no-any-return]
        return None

    def _parameters(self, operation: dict[str, Any]) -> list[dict[str, Any]]:
        return [self._resolve(p) for p in operation.get("parameters", []) + operation["shared"]]

    def _query_problems(self, call: Call, operation: dict[str, Any]) -> list[str]:
        known = {p["name"]: p for p in self._parameters(operation) if p["in"] == "query"}
        problems = [f"unknown query parameter {name}" for name in call.query if name not in known]
        for name, value in call.query.items():
            schema = known.get(name, {}).get("schema", known.get(name, {}))
            if "enum" in schema and value not in schema["enum"]:
                problems.append(f"query parameter {name} is {value}, not one of {schema['enum']}")
            if schema.get("type") in ("integer", ["integer", "null"]) and not value.isdigit():
                problems.append(f"query parameter {name} is {value}, not a number")
        return problems

    def _body_problems(self, call: Call, operation: dict[str, Any]) -> list[str]:
        if not call.content:
            return []
        schema: Any = None
        if "requestBody" in operation:
            schema = self._resolve(operation["requestBody"])["content"]["application/json"]["schema"]
        for parameter in self._parameters(operation):
            schema = parameter["schema"] if parameter["in"] == "body" else schema
        if schema is None:
            return ["has a body, and none is described"]
        body = json.loads(call.content)
        resolved = self._resolve(schema)
        known = resolved.get("properties")
        extra = [f"unknown field {name}" for name in body if known and name not in known]
        return extra + self._errors(schema, body, "body")

    def _reply_schema(self, response: dict[str, Any]) -> Any:
        response = self._resolve(response)
        if "content" in response:
            return response["content"].get("application/json", {}).get("schema")
        return response.get("schema")

    def _resolve(self, value: dict[str, Any]) -> dict[str, Any]:
        while "$ref" in value:
            found: Any = self.document
            for part in value["$ref"].removeprefix("#/").split("/"):
                found = found[part.replace("~1", "/").replace("~0", "~")]
            value = found
        return value

    def _errors(self, schema: Any, value: Any, what: str) -> list[str]:
        validator = Draft202012Validator(_absolute(schema), registry=_registry(self.kind))
        return [f"{what}: {e.json_path}: {e.message[:200]}" for e in validator.iter_errors(value)]


def description_file(kind: str) -> Path | None:
    """Where a forge's description is; None when it is not here."""
    if kind == "gitlab":
        return Path(__file__).with_name("gitlab.yaml")
    return next((folder / _FILES[kind] for folder in _FOLDERS if (folder / _FILES[kind]).is_file()), None)


@functools.cache
def _registry(kind: str) -> Registry[Any]:
    document = Description.of(kind).document
    empty: Registry[Any] = Registry()
    filled: Registry[Any] = empty.with_resource("urn:api", DRAFT202012.create_resource(document))
    return filled


@functools.cache
def _patterns(kind: str, templates: tuple[str, ...]) -> list[tuple[re.Pattern[str], str]]:
    """Templates with fewer variables first; a ref or branch at the end may hold slashes."""
    made = []
    for template in sorted(templates, key=lambda t: (t.count("{"), -len(t))):
        expression = re.sub(r"\\\{(?:ref|branch|path)\\\}$", "(.+)", re.escape(template))
        made.append((re.compile(re.sub(r"\\\{[^}]*?\\\}", "[^/]+", expression)), template))
    return made


def _absolute(schema: Any) -> Any:
    if isinstance(schema, dict):
        return {
            key: f"urn:api{value}" if key == "$ref" and value.startswith("#") else _absolute(value)
            for key, value in schema.items()
        }
    return [_absolute(item) for item in schema] if isinstance(schema, list) else schema


def _as_json_schema(value: Any, *, lenient: bool) -> Any:
    """OpenAPI's `nullable` in the words of JSON Schema. Lenient: Swagger 2 cannot say "or null", and Gitea's answers
    are full of it."""
    if isinstance(value, list):
        return [_as_json_schema(item, lenient=lenient) for item in value]
    if not isinstance(value, dict):
        return value
    kept = {key: item for key, item in value.items() if key not in {"example", "examples"}}
    made = {key: _as_json_schema(item, lenient=lenient) for key, item in kept.items()}
    if (made.pop("nullable", False) is True or lenient) and isinstance(made.get("type"), str):
        made["type"] = [made["type"], "null"]
        if "enum" in made and isinstance(made["enum"], list):
            made["enum"] = [*made["enum"], None]
    elif value.get("nullable") is True and "$ref" not in made:
        return {"anyOf": [made, {"type": "null"}]}
    return made
