"""What the browser tests share: one server over the sample."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.ui.reading import full
from tests.ui.served import serving


@pytest.fixture(scope="session")
def room_address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Where the sample is served."""
    store = tmp_path_factory.mktemp("browser") / "store"
    full(store)
    with serving(store) as server:
        yield server.address
