"""The whole history of what a broken promise is about."""

from tests.simulation.invariants.broken import Broken
from tests.simulation.simulation import Simulation


def story_of(broken: Broken, simulation: Simulation) -> str:
    """What people and debtd did there, and what debtd's journal says."""
    chronicle, now = simulation.country.chronicle, simulation.country.clock.now()
    deeds = (
        chronicle.of_branch[broken.village, broken.branch]
        if broken.branch
        else [deed for deed in chronicle.deeds if deed.village == broken.village]
    )
    lines = [f"{broken.promise}: {broken.village} {broken.branch}, on {now:%Y-%m-%d %H:%M:%S}", f"  {broken.words}"]
    lines += ["what happened on the forge:", *(f"  {deed}" for deed in deeds)]
    if broken.branch:
        lines += ["what debtd's journal says:", *(f"  {line}" for line in simulation.records.history(broken.branch))]
    return "\n".join(lines)
