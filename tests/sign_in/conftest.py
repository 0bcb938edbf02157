"""One provider and one room for all the tests of sign-in; the provider is right again after each."""

from __future__ import annotations

from collections.abc import Iterator
from copy import deepcopy

import pytest

from tests.helpers.oidc_provider import Provider, providing
from tests.sign_in.served import PEOPLE, Room, serving


@pytest.fixture(scope="package")
def _provider() -> Iterator[Provider]:
    with providing(deepcopy(PEOPLE)) as found:
        yield found


@pytest.fixture
def provider(_provider: Provider) -> Iterator[Provider]:
    yield _provider
    _provider.seconds, _provider.wrong, _provider.signing_key = 3600.0, {}, None


@pytest.fixture(scope="package")
def room(_provider: Provider, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Room]:
    with serving(tmp_path_factory.mktemp("room"), _provider) as found:
        yield found
