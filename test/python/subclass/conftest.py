import pytest


@pytest.fixture(params=["interpreter", "cpu"])
def backend(request):
    return request.param
