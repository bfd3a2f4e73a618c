"""What pyproject.toml cannot say: the packages are all those under mcplint/, and rules/ beside it as mcplint.rules."""

from __future__ import annotations

from setuptools import find_packages, setup

setup(packages=[*find_packages(include=["mcplint", "mcplint.*"]), "mcplint.rules"])
