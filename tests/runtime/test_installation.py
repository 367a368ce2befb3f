"""An installation proves itself from its first event on."""

import pytest

from lianjing.kernel.refusal import BadInput
from lianjing.runtime.installation import install
from lianjing.runtime.org.models import LoginAccount, Unit
from lianjing.runtime.trail.verify import verify


def test_a_founded_zone_verifies(zone):
    verdict = verify()
    assert verdict.problems == [] and verdict.rows > 1000


def test_the_same_zone_is_laid_down_again_and_still_verifies(zone):
    assert verify().problems == [] and Unit.objects.filter(code="CON").exists()


def test_a_folder_is_installed_once_only(zone):
    with pytest.raises(BadInput):
        install(name="另一个", code="Z2", now=zone.now)


def test_no_account_of_the_zone_is_shared(zone):
    numbers = LoginAccount.objects.values_list("person_id", flat=True)
    assert len(numbers) == len(set(numbers))
