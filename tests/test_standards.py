"""The loader of the standard files: by id, by path, and every wrong key named."""

import shutil
from decimal import Decimal
from pathlib import Path

import pytest
from conftest import good, judge
from pydantic import ValidationError

import youzhi as yz
from youzhi import standards
from youzhi.errors import StandardError, UsageError

NATIONAL = Path(standards.__file__).parent / "jiaodu-2017-6.toml"


def changed(tmp_path, *replacements):
    """The national file with some texts replaced, each of which must occur."""
    text = NATIONAL.read_text(encoding="utf-8")
    for old, new in replacements:
        assert old in text
        text = text.replace(old, new, 1)
    path = tmp_path / "changed.toml"
    path.write_text(text, encoding="utf-8")
    return path


def test_a_standard_is_found_by_its_id_and_by_its_file():
    assert "jiaodu-2017-6" in yz.list_standards()
    assert yz.load_standard(NATIONAL) == yz.load_standard("jiaodu-2017-6")


def test_numbers_of_a_standard_are_kept_as_written():
    # 4.2 x 0.85 = 3.57; with floats it is 3.5699999999999998
    standard = yz.load_standard("jiaodu-2017-6")
    bar = standard.codes["degree_teachers_per_100"].bar["primary"]
    assert bar == Decimal("4.2")
    assert bar * standard.school_rule.floor == Decimal("3.57")


def test_an_unknown_standard_is_refused_with_the_list_of_those_that_exist():
    with pytest.raises(UsageError, match=r"jiaodu-1999.*jiaodu-2017-6"):
        yz.load_standard("jiaodu-1999")


@pytest.mark.parametrize("name", ["", ".", "..", "missing.toml", "../jiaodu-2017-6"])
def test_a_name_that_is_no_standard_file_is_refused(name):
    with pytest.raises(UsageError, match="没有评估标准"):
        yz.load_standard(name)


def test_a_standard_cannot_be_changed_after_loading(standard):
    with pytest.raises(ValidationError, match="frozen"):
        standard.school_rule.met_at_least = 5


def test_an_edited_file_is_read_again(tmp_path):
    path = changed(tmp_path, ("met_at_least = 6", "met_at_least = 5"))
    assert yz.load_standard(path).school_rule.met_at_least == 5
    shutil.copy2(NATIONAL, path)
    assert yz.load_standard(path).school_rule.met_at_least == 6


@pytest.mark.parametrize(
    ("old", "new", "named"),
    [
        ("met_at_least = 6", "met_at_least = 8", "met_at_least"),
        ("met_at_least = 6", "met_at_least = 0", "met_at_least"),
        ("met_at_least = 6", 'met_at_least = "many"', "school_rule.met_at_least"),
        ("met_at_least = 6", "met_at_lest = 6", "met_at_lest"),
        (
            "limit      = { primary = 0.50, junior = 0.45 }",
            "limit = { primary = 0.50 }",
            "dispersion_rule.limit",
        ),
        (
            "bar         = { primary = 4.2, junior = 5.3 }",
            "bar = { primary = 4.2 }",
            "degree_teachers_per_100",
        ),
        ('kind       = "each"', 'kind = "both"', "dispersion_rule.kind"),
        ('code        = "1.2"', 'code = "1.1"', "重复"),
        ('id          = "backbone_teachers_per_100"', 'id = "degree_teachers_per_100"', "重复"),
        ('indicator  = "sports_area_per_pupil"', 'indicator = "sports"', "sports"),
        (
            "weights    = { primary = 1, junior = 1.1, senior = 1.32 }",
            "weights = { primary = 1 }",
            "weights",
        ),
        ('confidence = "I"', 'confidence = "X"', "confidence"),
    ],
)
def test_a_wrong_key_of_a_standard_file_is_named(tmp_path, old, new, named):
    with pytest.raises(StandardError) as refused:
        yz.load_standard(changed(tmp_path, (old, new)))
    assert named in str(refused.value)
    assert "changed.toml" in str(refused.value)


def test_all_wrong_keys_of_a_standard_file_are_named_at_once(tmp_path):
    path = changed(
        tmp_path, ("met_at_least = 6", 'met_at_least = "x"'), ("per         = 100", 'per = "y"')
    )
    with pytest.raises(StandardError) as refused:
        yz.load_standard(path)
    assert "2 处" in str(refused.value)
    assert "met_at_least" in str(refused.value)
    assert "per" in str(refused.value)


@pytest.mark.parametrize(
    "content",
    [b"id = ", b"id = 1\nid = 2\n", "id = '甲'".encode("gb18030")],
    ids=["cut", "double key", "GB18030"],
)
def test_a_file_that_is_not_utf8_toml_is_refused(tmp_path, content):
    path = tmp_path / "broken.toml"
    path.write_bytes(content)
    with pytest.raises(StandardError, match=r"broken\.toml"):
        yz.load_standard(path)


def test_a_column_that_the_dictionary_does_not_have_is_refused(tmp_path):
    path = changed(
        tmp_path, ('numerator   = ["networked_classrooms"]', 'numerator = ["robots_{stage}"]')
    )
    with pytest.raises(StandardError, match="robots_junior、robots_primary"):
        judge([good("甲校")], standard=path)


@pytest.mark.parametrize(
    ("old", "new", "where"),
    [
        ('numerator   = ["degree_teachers_{stage}"]', "numerator   = []", "numerator"),
        ("per         = 100", "per         = 0", "per"),
        ("decimals    = 2", "decimals    = -1", "decimals"),
        ("bar         = { primary = 4.2,", "bar         = { primary = -4.2,", "bar"),
        ("floor        = 0.85", "floor        = 1.5", "floor"),
        ("floor        = 0.85", "floor        = 0", "floor"),
        ("limit      = { primary = 0.50,", "limit      = { primary = 0,", "limit"),
        ("junior = 1.1, senior = 1.32", "junior = 1.1", "weights"),
        ("weights    = { primary = 1,", "weights    = { primary = 0,", "weights"),
        ('value      = "pupils"', 'value      = "none"', "value"),
        ('school_types = ["special"]\n', "", "exclusion special"),
    ],
)
def test_a_senseless_standard_is_refused_and_the_key_is_named(tmp_path, old, new, where):
    with pytest.raises(StandardError, match=where):
        yz.load_standard(changed(tmp_path, (old, new)))


@pytest.mark.parametrize(
    ("old", "new", "found"),
    [
        ('numerator   = ["networked_classrooms"]', 'numerator   = ["town"]', "town"),
        ('numerator   = ["networked_classrooms"]', 'numerator   = ["rooms"]', "rooms"),
        (
            'primary = ["primary", "teaching_point"',
            'primary = ["primery", "teaching_point"',
            "primery",
        ),
    ],
)
def test_a_standard_that_names_what_the_columns_do_not_have_is_refused(tmp_path, old, new, found):
    with pytest.raises(StandardError, match=found):
        judge([good("甲校")], standard=yz.load_standard(changed(tmp_path, (old, new))))
