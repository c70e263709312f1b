"""The guides name every key that is read, and nothing else."""

import re
from dataclasses import fields

from debtd.model.discovery import Discovery
from debtd.model.repository_file import RepositoryFile
from debtd.pipeline.dashboard.render import MAX_BYTES, TITLE
from tests.support.command import ROOT

ONBOARDING = (ROOT / "docs/guides/onboarding.md").read_text()


def keys_under(heading: str) -> set[str]:
    """What stands in the first column of the table under a heading."""
    section = ONBOARDING.partition(f"## {heading}\n")[2].partition("\n## ")[0]
    cells = [line.split("|")[1] for line in section.splitlines() if line.startswith("| `")]
    return {key for cell in cells for key in re.findall(r"`([\w.]+)`", cell)}


def test_every_key_of_a_discovery_is_explained() -> None:
    assert keys_under("Discovery") == {field.name for field in fields(Discovery)}


def test_every_key_of_a_repository_file_is_explained() -> None:
    explained = {key.removeprefix("budgets.") for key in keys_under("`.debtd.toml`")}
    assert explained == {field.name for field in fields(RepositoryFile)}


def test_the_dashboard_is_called_and_bounded_as_the_guide_says() -> None:
    page = (ROOT / "docs/guides/dashboard.md").read_text()
    assert f'"{TITLE}"' in page
    assert f"{MAX_BYTES:,} bytes" in page
