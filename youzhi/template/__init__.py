"""Workbooks that counties and schools fill in, made of the dictionaries of columns."""

from youzhi.template.package import make_template

__all__ = ["make_template"]
