"""What all tests share: how examples are made up."""

import os

from hypothesis import HealthCheck, Phase, settings

# How long an example takes says more about the machine than about the code. In CI every run tries
# the same examples, so that a change is judged by what it changes.
settings.register_profile("project", deadline=None, derandomize=bool(os.environ.get("CI")))
# `make fuzz` goes on for longer, with other examples each time.
settings.register_profile(
    "fuzz", deadline=None, max_examples=int(os.environ.get("EXAMPLES", "5000"))
)
# `make mutate` wants the same examples each time, and to know that one fails, not the smallest.
settings.register_profile(
    "mutation",
    deadline=None,
    derandomize=True,
    phases=(Phase.explicit, Phase.generate),
    suppress_health_check=list(HealthCheck),
)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "project"))
