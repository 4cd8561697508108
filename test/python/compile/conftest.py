import pytest


@pytest.fixture(params=["interpreter"])
def backend(request):
    return request.param
