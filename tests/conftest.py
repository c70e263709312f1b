"""Settings for all tests: how long an example takes says nothing about it on a busy machine."""

from hypothesis import HealthCheck, settings

settings.register_profile("debtd", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("debtd")
