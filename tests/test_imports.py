"""What is handed in becomes a county's tables whole or not at all, and no digit of it is lost."""

import os
import random
import shutil
import subprocess
import sys
import time
from contextlib import suppress
from decimal import Decimal
from fractions import Fraction
from pathlib import Path

import pandas as pd
import pytest
from conftest import items_of, table
from filelock import FileLock
from hypothesis import given, settings
from hypothesis import strategies as st
from test_reports import ROOT, tree

from youzhi import counties
from youzhi.cli import main
from youzhi.columns import load_columns
from youzhi.county_items import CountyItems
from youzhi.errors import DataError, UsageError, WriteError
from youzhi.imports import check_files, import_files, importing
from youzhi.imports.canonical import (
    are_same_items,
    are_same_schools,
    decimal_text,
    format_items,
    format_schools,
    round_endless,
)
from youzhi.intake import read_items, read_schools
from youzhi.intake.findings import FINDING_COLUMNS
from youzhi.swaps import settle, swap_in

DEMO = sorted((ROOT / "data").glob("*/*/schools.csv"))
CARD = 'name = { zh = "蒙阴县" }\n'
SCHOOLS = "学校代码,学校名称,学校类型,小学学生人数,教学及辅助用房面积（㎡）\n{rows}"
OLD = SCHOOLS.format(rows="001,甲校,小学,120,600.5\n002,乙校,小学,80,410\n")
NEW = SCHOOLS.format(rows="001,甲校,小学,130,600.5\n002,乙校,小学,90,410\n")
FIGURES = "填报项目,填报值\n回收有效问卷数,1200\n"


def write(path, text):
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")
    return path


def seen(folder):
    """All files that a person sees, by name, as text; hidden ones are the importer's own."""
    return {
        name: (folder / name).read_bytes().decode("utf-8-sig")
        for name in tree(folder)
        if not any(part.startswith(".") for part in Path(name).parts)
    }


@pytest.fixture
def data(tmp_path):
    """A data root with one county that has a card and no table yet."""
    write(tmp_path / "data/mengyin/county.toml", CARD)
    return tmp_path / "data"


@pytest.fixture
def hand_in(tmp_path):
    """Write a file as somebody hands it in, and give its path."""
    return lambda text, name="学校.csv": write(tmp_path / "in" / name, text)


@pytest.fixture
def imported(data, hand_in):
    """The same county with the old tables already imported."""
    import_files([hand_in(OLD), hand_in(FIGURES, "县级.csv")], "mengyin", 2023, data=data)
    return data


# --- one form of the files


@pytest.mark.parametrize("path", DEMO, ids=lambda path: "-".join(path.parts[-3:-1]))
def test_reading_and_formatting_a_demonstration_table_gives_the_same_bytes(path):
    county, year = path.parts[-3], int(path.parts[-2])
    assert format_schools(read_schools(path, county, year)) == path.read_bytes()
    figures = path.with_name("items.csv")
    assert format_items(read_items(figures, county, year)) == figures.read_bytes()


AREAS = st.decimals(2000, 9000, places=10) | st.decimals(2000, 9000, places=2)
ROWS = st.lists(
    st.fixed_dictionaries(
        {
            "sign": st.sampled_from(["", "=", "+", "-", "@"]),
            "teaching_area_m2": st.none() | AREAS,
            "equipment_value_yuan": st.none() | st.decimals(10**6, 10**7, places=12),
            "pupils_primary": st.none() | st.integers(500, 1500),
            "boarding": st.sampled_from([None, True, False]),
            "zone": st.sampled_from([None, "urban", "town", "rural"]),
            "art_room_areas_m2": st.sampled_from([None, "96;90.5"]),
        }
    ),
    min_size=1,
    max_size=4,
)


@settings(max_examples=25)
@given(ROWS)
def test_reading_a_formatted_table_gives_the_same_table_to_the_last_digit(tmp_path_factory, rows):
    named = {f"{row.pop('sign')}甲校{at}号": row for at, row in enumerate(rows)}
    schools = table(
        [{"school": name, "school_type": "primary"} | row for name, row in named.items()]
    )
    path = tmp_path_factory.mktemp("formatted") / "schools.csv"
    path.write_bytes(format_schools(schools))
    again = read_schools(path, "demo", 2020)
    assert are_same_schools(again, schools)
    assert format_schools(again) == path.read_bytes()
    for at, name in enumerate(again.frame["school"]):
        for column in ("teaching_area_m2", "equipment_value_yuan"):
            if named[name][column] is not None:
                assert again.exact_number(at, column) == Fraction(named[name][column])


def test_columns_stand_in_the_order_of_the_dictionary_and_empty_ones_are_left_out():
    schools = table([{"school_type": "primary", "school": "甲校", "books": None, "zone": "town"}])
    head = format_schools(schools).decode("utf-8-sig").splitlines()[0].split(",")
    assert head == ["county", "year", "school_id", "school", "zone", "school_type"]
    assert head == [name for name in load_columns() if name in head]


@pytest.mark.parametrize(
    ("written", "text"),
    [
        (Fraction(0), "0"),
        (Fraction("1200.50"), "1200.5"),
        (Fraction("0.0001"), "0.0001"),
        (Fraction(-1, 8), "-0.125"),
        (Fraction(2**53 + 1), "9007199254740993"),
        (Fraction(10) ** 25, "1" + "0" * 25),
    ],
    ids=str,
)
def test_numbers_keep_every_digit_and_carry_no_needless_zero(written, text):
    assert decimal_text(written) == text


def test_a_number_with_endless_decimals_is_rounded_to_ten_and_told():
    third = [{"school": "甲校", "school_type": "primary", "teaching_area_m2": Fraction(2000, 3)}]
    schools, items, findings = round_endless(table(third), items_of(survey_valid=Fraction(12)))
    assert schools.exact_number(0, "teaching_area_m2") == Fraction("666.6666666667")
    assert items.frame["value"].tolist() == [12]
    [found] = findings
    assert (found.rule, found.outcome) == ("I01", "warn")
    assert (found.found, found.became) == ("2000/3", "666.6666666667")
    with pytest.raises(ValueError, match="2000/3"):
        format_schools(table(third))


def test_tables_that_differ_in_the_last_digit_are_not_the_same():
    def one(area):
        return table([{"school": "甲校", "school_type": "primary", "teaching_area_m2": area}])

    exact = Decimal("0.1234567890123456789")
    assert are_same_schools(one(exact), one(exact))
    assert not are_same_schools(one(exact), one(exact + Decimal("1e-19")))
    assert not are_same_items(
        items_of(survey_valid=Decimal(12)), items_of(survey_valid=Decimal(13))
    )


def test_figures_that_do_not_apply_are_written_as_a_reader_knows_them(tmp_path):
    items = items_of(monitoring_level_pe="not_applicable", survey_valid=None)
    path = tmp_path / "items.csv"
    path.write_bytes(format_items(items))
    assert are_same_items(read_items(path, "demo", 2020), items)
    assert isinstance(items, CountyItems)


# --- an import that goes well


def test_an_import_writes_the_tables_and_the_log_of_what_was_found(data, hand_in):
    source = hand_in(OLD.replace("120", "１２０"))
    done = import_files([source, hand_in(FIGURES, "县级.csv")], "蒙阴", 2023, data=data)
    folder = data / "mengyin/2023"
    assert done.written == [folder / name for name in ("cleaning.csv", "items.csv", "schools.csv")]
    read = counties.read_county("mengyin", 2023, data)
    assert read.frame["pupils_primary"].tolist() == [120, 80]
    assert read.frame["school_id"].tolist() == ["001", "002"]
    assert counties.read_county_items("mengyin", 2023, data).frame["value"].tolist() == [1200]
    log = counties.read_cleaning("mengyin", 2023, data)
    assert list(log.columns) == FINDING_COLUMNS
    [told] = log[log["rule"] == "N01"].to_dict("records")
    assert (told["file"], told["row"], told["cell"], told["found"]) == (
        "学校.csv",
        2,
        "D2",
        "１２０",
    )
    assert done.counts["norm"] == len(log)


def test_the_log_names_every_file_with_its_sha256(data, hand_in):
    from hashlib import sha256

    source = hand_in(OLD)
    import_files([source], "mengyin", 2023, data=data)
    with (data / "mengyin/2023/cleaning.csv").open(encoding="utf-8-sig") as file:
        first = pd.read_csv(file, dtype=str, keep_default_na=False).iloc[0]
    assert (first["file"], first["sha256"]) == (
        "学校.csv",
        sha256(source.read_bytes()).hexdigest(),
    )
    assert first["encoding"].startswith("utf-8")


def test_importing_the_same_again_changes_nothing(imported, hand_in):
    before = {path: path.stat().st_mtime_ns for path in imported.rglob("*") if path.is_file()}
    done = import_files(
        [hand_in(OLD), hand_in(FIGURES, "县级.csv")], "mengyin", 2023, data=imported
    )
    assert done.written == []
    after = {path: path.stat().st_mtime_ns for path in imported.rglob("*") if path.is_file()}
    assert after == before


def test_a_table_that_is_replaced_stays_beside_and_figures_not_handed_in_are_left(
    imported, hand_in
):
    before = seen(imported)
    import_files([hand_in(NEW)], "mengyin", 2023, data=imported)
    after = seen(imported)
    assert after["mengyin/2023/schools.bak.csv"] == before["mengyin/2023/schools.csv"]
    assert after["mengyin/2023/items.csv"] == before["mengyin/2023/items.csv"]
    assert "mengyin/2023/items.bak.csv" not in after
    read = counties.read_county("mengyin", 2023, imported)
    assert read.frame["pupils_primary"].tolist() == [130, 90]


def test_importing_a_demonstration_table_gives_the_very_same_file(tmp_path):
    source = ROOT / "data/yiyuan/2020"
    (tmp_path / "yiyuan").mkdir()
    shutil.copy(ROOT / "data/yiyuan/county.toml", tmp_path / "yiyuan")
    files = [source / "schools.csv", source / "items.csv"]
    import_files(files, "沂源", 2020, data=tmp_path)
    for file in files:
        assert (tmp_path / "yiyuan/2020" / file.name).read_bytes() == file.read_bytes()


def test_an_empty_folder_that_was_made_for_a_county_is_enough(data, hand_in):
    (data / "feixian").mkdir()
    import_files([hand_in(OLD)], "feixian", 2023, data=data)
    assert counties.list_years("feixian", data) == [2023]


def test_names_that_could_run_or_steer_something_stay_text(data, hand_in):
    names = ["=甲校", "+乙校", "-丙校", "@丁校", "<b>戊校</b>"]
    rows = "".join(f"{at:03},{name},小学,10,100\n" for at, name in enumerate(names))
    import_files([hand_in(SCHOOLS.format(rows=rows))], "mengyin", 2023, data=data)
    text = (data / "mengyin/2023/schools.csv").read_text(encoding="utf-8-sig")
    for name in names[:4]:
        assert f",'{name}," in text
    assert counties.read_county("mengyin", 2023, data).frame["school"].tolist() == names


# --- an import that is refused


def refused_unchanged(error, imported, *arguments, match, **options):
    before = tree(imported)
    with pytest.raises(error, match=match) as caught:
        import_files(*arguments, data=imported, **options)
    assert tree(imported) == before
    return caught.value


def test_a_rejected_file_changes_nothing_and_tells_everything(imported, hand_in):
    text = SCHOOLS.format(rows="001,甲校,小学,-5,１００\n002,乙校,小学,12.5,410\n")
    error = refused_unchanged(
        DataError, imported, [hand_in(text)], "mengyin", 2023, match="共2处问题"
    )
    assert error.findings["outcome"].tolist()[:2] == ["reject", "reject"]
    assert "norm" in set(error.findings["outcome"])
    assert len(error.faults) == 2


@pytest.mark.parametrize(
    "name", ["../../x", "/etc", "mengyin/../../x", "费县", "a\nb", "甲" * 300, "..", ".", ""]
)
def test_an_unknown_county_is_refused_with_how_to_make_one(imported, hand_in, name):
    error = refused_unchanged(
        UsageError, imported, [hand_in(OLD)], name, 2023, match="已有：mengyin（蒙阴县）"
    )
    assert "county.toml" in str(error)
    assert "\n" not in str(error)


@pytest.mark.parametrize("year", [2011, 2036])
def test_a_year_that_no_table_may_have_is_refused(imported, hand_in, year):
    refused_unchanged(UsageError, imported, [hand_in(OLD)], "mengyin", year, match="2012至2035")


@pytest.mark.parametrize("name", ["schools.xlsx", "items.xlsx"])
def test_a_workbook_in_the_place_of_a_table_is_refused(imported, hand_in, name):
    (imported / "mengyin/2023" / name).touch()
    refused_unchanged(UsageError, imported, [hand_in(NEW)], "mengyin", 2023, match=f"已有 {name}")


def test_figures_without_any_table_of_schools_are_refused(data, hand_in):
    refused_unchanged(
        UsageError, data, [hand_in(FIGURES, "县级.csv")], "mengyin", 2023, match="没有学校数据"
    )


def test_figures_alone_come_beside_a_table_that_is_there(imported, hand_in):
    done = import_files(
        [hand_in(FIGURES.replace("1200", "1300"), "县级.csv")], "mengyin", 2023, data=imported
    )
    assert [path.name for path in done.written] == ["cleaning.csv", "items.bak.csv", "items.csv"]


def test_what_would_be_read_otherwise_than_meant_is_refused(imported, hand_in, monkeypatch):
    monkeypatch.setattr(importing, "format_schools", lambda schools: OLD.encode())
    error = refused_unchanged(
        DataError, imported, [hand_in(NEW)], "mengyin", 2023, match="读回的数值与写出的不同"
    )
    assert error.findings["rule"].tolist() == ["I03"]


@pytest.mark.parametrize("where", ["write_synced", "sync_folder"])
def test_a_disk_that_refuses_leaves_everything_as_it_was(imported, hand_in, monkeypatch, where):
    def refuse(path, *_):
        raise OSError(28, "No space left on device", str(path))

    monkeypatch.setattr(f"youzhi.swaps.{where}", refuse)
    before = seen(imported)
    with pytest.raises(WriteError, match="No space left on device；原有文件未改动"):
        import_files([hand_in(NEW)], "mengyin", 2023, data=imported)
    assert seen(imported) == before
    assert not list((imported / "mengyin").glob(".2023*"))


@pytest.mark.parametrize(("full", "code"), [(True, 3), (False, 0)])
def test_a_full_disk_has_an_exit_code_of_its_own(imported, hand_in, monkeypatch, full, code):
    def refuse(path, *_):
        raise OSError(28, "No space left on device", str(path))

    if full:
        monkeypatch.setattr("youzhi.swaps.write_synced", refuse)
    wish = ["import", hand_in(NEW), "--county", "mengyin", "--year", "2023", "--data", imported]
    monkeypatch.setattr(sys, "argv", ["youzhi", *map(str, wish)])
    with pytest.raises(SystemExit) as ended:
        main()
    assert (ended.value.code or 0) == code


def test_a_folder_that_may_not_be_written_is_told_and_left_as_it_was(
    imported, hand_in, monkeypatch
):
    def refuse(lock, *_, **options):
        raise PermissionError(13, "Permission denied", lock.lock_file)

    monkeypatch.setattr(FileLock, "acquire", refuse)
    refused_unchanged(
        WriteError, imported, [hand_in(NEW)], "mengyin", 2023, match="Permission denied.*未改动"
    )


def test_a_table_that_stands_open_elsewhere_is_told_and_nothing_is_changed(
    imported, hand_in, monkeypatch
):
    replace = os.replace

    def refuse(source, target):
        if Path(target).name == "schools.csv":
            raise PermissionError(13, "Permission denied", str(target))
        replace(source, target)

    monkeypatch.setattr(os, "replace", refuse)
    before = seen(imported)
    with pytest.raises(WriteError, match="原有文件未改动"):
        import_files([hand_in(NEW)], "mengyin", 2023, data=imported)
    monkeypatch.undo()
    counties.read_county("mengyin", 2023, imported)
    assert seen(imported) == before


@pytest.mark.parametrize("which", ["mengyin", "mengyin/2023"])
def test_a_folder_that_is_a_link_is_refused_and_nothing_is_written_behind_it(
    imported, hand_in, which
):
    elsewhere = imported.parent / "别处"
    (imported / which).rename(elsewhere)
    (imported / which).symlink_to(elsewhere)
    before = tree(elsewhere)
    refused_unchanged(
        UsageError, imported, [hand_in(NEW)], "mengyin", 2023, match=f"{which}”是符号链接.*别处"
    )
    assert tree(elsewhere) == before


def test_a_link_to_a_year_that_is_not_there_is_refused(data, hand_in):
    (data / "mengyin/2024").symlink_to(data.parent / "别处")
    refused_unchanged(UsageError, data, [hand_in(NEW)], "mengyin", 2024, match="是符号链接")
    assert not (data.parent / "别处").exists()


def test_a_data_root_that_is_a_link_is_followed(imported, hand_in):
    (imported.parent / "链").symlink_to(imported)
    import_files([hand_in(NEW)], "mengyin", 2023, data=imported.parent / "链")
    assert "130" in seen(imported)["mengyin/2023/schools.csv"]


# --- killed on the way, or two at once


@pytest.mark.parametrize("text", [OLD, NEW, "学校名称,学校类型\n甲校,大学\n"])
def test_what_a_killed_import_left_is_gone_after_the_next_one_whatever_it_brings(
    imported, hand_in, text
):
    left = write(imported / "mengyin/.2023.part/schools.csv", NEW).parent
    with suppress(DataError):
        import_files([hand_in(text)], "mengyin", 2023, data=imported)
    assert not left.exists()


def test_a_reader_leaves_alone_what_an_import_is_making(imported):
    made = write(imported / "mengyin/.2023.part/schools.csv", NEW)
    counties.read_county("mengyin", 2023, imported)
    assert made.exists()


class Stop:
    """Stops the program at the n-th step onto the disk, before or after the step is done."""

    def __init__(self, monkeypatch, at, done):
        self.left, self.at, self.done = at, at, done
        for name in ("replace", "fsync", "rmdir"):
            monkeypatch.setattr(os, name, self._stopping(getattr(os, name)))

    def _stopping(self, step):
        def stopping(*arguments, **options):
            self.left -= 1
            if self.left or self.done:
                step(*arguments, **options)
            if not self.left:
                raise KeyboardInterrupt

        return stopping


@pytest.mark.parametrize("done", [False, True], ids=["before", "after"])
def test_whatever_step_is_the_last_the_county_has_all_old_or_all_new_files(
    imported, hand_in, monkeypatch, done
):
    files = [hand_in(NEW), hand_in(FIGURES.replace("1200", "1300"), "县级.csv")]
    old, outcomes = seen(imported), []
    for at in range(1, 30):
        place = shutil.copytree(imported, imported.parent / f"{done}{at}")
        with monkeypatch.context() as patched:
            stop = Stop(patched, at, done)
            with suppress(KeyboardInterrupt):
                import_files(files, "mengyin", 2023, data=place)
        counties.read_county("mengyin", 2023, place)
        outcomes.append(seen(place))
        assert not list(place.rglob(".2023*"))
        if stop.left > 0:
            break
    new = outcomes[-1]
    assert stop.left > 0, "the import has more steps than were tried"
    assert len(outcomes) > 8
    assert new["mengyin/2023/schools.bak.csv"] == old["mengyin/2023/schools.csv"]
    assert [one in (old, new) for one in outcomes] == [True] * len(outcomes)
    assert outcomes[0] == old
    assert outcomes.index(new) < len(outcomes) - 1


SWAPPING = """
import sys
from itertools import count
from pathlib import Path
from youzhi.swaps import swap_in
for at in count():
    swap_in(Path(sys.argv[1]), {name: str(at).encode() * 9999 for name in ("a", "b", "c")})
    print(at, flush=True)
"""


def test_a_program_killed_at_any_moment_leaves_files_of_one_time(tmp_path):
    folder, chance = tmp_path / "2023", random.Random(20231122)
    for _ in range(20):
        run = subprocess.Popen(
            [sys.executable, "-c", SWAPPING, str(folder)], stdout=subprocess.PIPE, text=True
        )
        assert run.stdout.readline() == "0\n"
        time.sleep(chance.uniform(0, 0.02))
        run.kill()
        *_, last = ["0", *run.stdout.read().split()]
        run.wait()
        settle(folder)
        [content] = {path.read_bytes() for path in folder.iterdir()}
        written = len(content) // 9999
        number = int(content[:written])
        assert content == str(number).encode() * 9999
        assert number in (int(last), int(last) + 1)
        assert sorted(os.listdir(folder)) == ["a", "b", "c"]


IMPORTING = """
import sys
from youzhi.imports import import_files
source, data = sys.argv[1:]
print("ready", flush=True)
import_files([source], "mengyin", 2023, data=data)
"""


def start_import(source, data):
    return subprocess.Popen(
        [sys.executable, "-c", IMPORTING, str(source), str(data)],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def test_an_import_killed_at_any_moment_leaves_the_old_or_the_new_table(imported, hand_in):
    old, source, chance = seen(imported), hand_in(NEW), random.Random(7)
    for _ in range(4):
        run = start_import(source, imported)
        assert run.stdout.readline() == "ready\n"
        time.sleep(chance.uniform(0, 0.6))
        run.kill()
        run.communicate()
        read = counties.read_county("mengyin", 2023, imported)
        assert read.frame["pupils_primary"].tolist() in ([120, 80], [130, 90])
        if seen(imported) != old:
            assert (imported / "mengyin/2023/schools.bak.csv").is_file()
    import_files([source], "mengyin", 2023, data=imported)
    assert counties.read_county("mengyin", 2023, imported).frame["pupils_primary"][0] == 130


def test_two_imports_at_once_do_not_mix(imported, hand_in):
    sources = [hand_in(OLD.replace("120", f"{pupils}"), f"{pupils}.csv") for pupils in (200, 300)]
    runs = [start_import(source, imported) for source in sources]
    for run in runs:
        _, complaint = run.communicate(timeout=120)
        assert run.returncode == 0, complaint
    files = seen(imported / "mengyin/2023")
    last = next(pupils for pupils in ("200", "300") if f",{pupils}," in files["schools.csv"])
    first = {"200": "300", "300": "200"}[last]
    assert f",{first}," in files["schools.bak.csv"]
    assert files["cleaning.csv"].splitlines()[1].startswith(f"{last}.csv,")


def test_an_import_waits_for_another_one_only_so_long(imported, hand_in, monkeypatch):
    limits = imported.parent / "limits.toml"
    limits.write_text("lock_wait_seconds = 0.2\n")
    monkeypatch.setattr(importing, "__file__", str(limits))
    with FileLock(imported / "mengyin/.import.lock"):
        refused_unchanged(
            UsageError, imported, [hand_in(NEW)], "mengyin", 2023, match="另一个导入正在写入"
        )
    assert import_files([hand_in(NEW)], "mengyin", 2023, data=imported).written


def test_what_a_dead_import_left_is_no_hindrance(imported, hand_in):
    (imported / "mengyin/.import.lock").touch()
    write(imported / "mengyin/.2023.part/schools.csv", "半个文件")
    import_files([hand_in(NEW)], "mengyin", 2023, data=imported)
    assert counties.read_county("mengyin", 2023, imported).frame["pupils_primary"][0] == 130
    assert not (imported / "mengyin/.2023.part").exists()


def test_a_first_import_that_was_decided_but_not_finished_is_found_by_the_next_reader(data):
    swap_in(data / "mengyin/2023", {"schools.csv": OLD.encode()})
    (data / "mengyin/2023").rename(data / "mengyin/.2024.ready")
    (data / "mengyin/2024").mkdir()
    assert counties.list_years("mengyin", data) == [2024]
    assert len(counties.read_county("mengyin", 2024, data)) == 2


# --- checking


def test_a_check_writes_nothing_and_counts_what_it_found(imported, hand_in):
    before = tree(imported)
    found = check_files(
        [hand_in(NEW.replace("130", "-1").replace("90", "９０"))], "mengyin", 2023, data=imported
    )
    assert tree(imported) == before
    assert found.refused
    assert found.counts["reject"] == 1
    assert found.counts["norm"] >= 1
    assert found.findings["outcome"].iloc[0] == "reject"
    assert list(found.findings.columns) == FINDING_COLUMNS


def test_a_check_needs_neither_county_nor_year(hand_in, data):
    assert not check_files([hand_in(OLD)], data=data).refused


def test_findings_of_a_field_say_what_they_would_change(data, hand_in):
    text = OLD.replace("教学及辅助用房面积（㎡）", "教学及辅助用房 面积").replace("600.5", "－6")
    found = check_files([hand_in(text)], "mengyin", 2023, data=data).findings
    [told] = found[found["outcome"] == "reject"].to_dict("records")
    assert told["effect"]


def test_last_year_counts_and_one_that_cannot_be_read_is_told(imported, hand_in):
    tripled = OLD.replace("120", "1200")
    found = check_files([hand_in(tripled)], "mengyin", 2024, data=imported).findings
    assert found["rule"].str.startswith("D08").any()
    (imported / "mengyin/2023/schools.csv").write_text("坏", encoding="utf-8")
    found = check_files([hand_in(tripled)], "mengyin", 2024, data=imported).findings
    [told] = found[found["rule"] == "I02"].to_dict("records")
    assert (told["outcome"], told["file"]) == ("warn", "mengyin/2023")
    assert not found["rule"].str.startswith("D08").any()


def test_codes_that_do_not_fit_the_county_are_rejected(data, hand_in):
    card = CARD + '[school_codes]\npattern = "3713[0-9]+"\nsource = "测试"\n'
    (data / "mengyin/county.toml").write_text(card, encoding="utf-8")
    found = check_files([hand_in(OLD)], "mengyin", 2023, data=data)
    assert found.findings["rule"].tolist().count("K07") == 2
    good = OLD.replace("001,", "3713001,").replace("002,", "3713002,")
    assert not check_files([hand_in(good)], "mengyin", 2023, data=data).refused


def test_a_former_name_of_the_county_in_the_file_is_its_name(data, hand_in):
    card = CARD + '[[former_names]]\nname = "新泰市"\nuntil = 2012\n'
    (data / "mengyin/county.toml").write_text(card, encoding="utf-8")
    text = "县区,学校名称,学校类型,小学学生人数\n新泰市,甲校,小学,120\n"
    assert not check_files([hand_in(text)], "新泰", 2023, data=data).refused
    other = text.replace("新泰市", "沂水县")
    assert check_files([hand_in(other)], "mengyin", 2023, data=data).refused
