"""The README's tables of refusals and of faults are those of the tests themselves."""

import re

import pytest

from skill.settings import PROJECT
from tests.alexa import test_door as door
from tests.faults import test_faults as faults

README = (PROJECT / "README.md").read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("name", "table"), [("refusals", door.table()), ("faults", faults.table())]
)
def test_tables_are_the_tests_own(name, table):
    """Every case that is tested stands in the README, and nothing else does."""
    found = re.search(rf"<!-- {name} -->\n(.*?)\n\n", README, re.DOTALL)
    assert found, f"after <!-- {name} --> belongs:\n{table}"
    assert found[1] + "\n" == table
