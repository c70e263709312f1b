from tests.support.forges.fixtures import park

__all__ = ["park"]
