"""Slips with rows, columns, heads and keys of a whole sheet."""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal
from random import Random

from benchmarks.corruptions.book import FIELDS, HEAD, NUMBERS, Book, Grid
from benchmarks.corruptions.trial import Touched

_FIRST_NUMBER = FIELDS.index(NUMBERS[0])


def _row(rng: Random, grid: Grid) -> int:
    return rng.randrange(1, len(grid.rows))


def _column(rng: Random, names=NUMBERS) -> int:
    return FIELDS.index(rng.choice(names))


def _all_rows(grid: Grid) -> frozenset[int]:
    return frozenset(range(1, len(grid.rows) + 1))


def _whole(grid: Grid, *columns: int, what: str = "") -> Touched:
    """Whole columns were changed."""
    return Touched(_all_rows(grid), frozenset(HEAD[at] for at in columns), what)


def _cells(row: int, *columns: int, what: str = "") -> Touched:
    return Touched(frozenset({row + 1}), frozenset(HEAD[at] for at in columns), what)


# ------------------------------------------------------------------------------------ cells that change places


def swap_cells(rng: Random, grid: Grid, book: Book) -> Touched:
    while True:
        row, one, other = _row(rng, grid), _column(rng), _column(rng)
        cells = grid.rows[row]
        if cells[one] != cells[other]:
            cells[one], cells[other] = cells[other], cells[one]
            return _cells(row, one, other, what=f"第{row + 1}行 {HEAD[one]} ↔ {HEAD[other]}")


def swap_schools(rng: Random, grid: Grid, book: Book) -> Touched:
    """The same column of two schools."""
    while True:
        one, other, at = _row(rng, grid), _row(rng, grid), _column(rng)
        rows = grid.rows
        if rows[one][at] != rows[other][at]:
            rows[one][at], rows[other][at] = rows[other][at], rows[one][at]
            what = f"{HEAD[at]} 第{one + 1}行 ↔ 第{other + 1}行"
            return Touched(frozenset({one + 1, other + 1}), frozenset({HEAD[at]}), what)


def move_between_stages(rng: Random, grid: Grid, book: Book) -> Touched:
    """Some pupils of a nine-year school are counted in its other stage."""
    at, kind = FIELDS.index("pupils_primary"), FIELDS.index("school_type")
    row = rng.choice([r for r, cells in enumerate(grid.rows) if cells[kind].startswith("九年")])
    cells = grid.rows[row]
    one, other = rng.sample([at, at + 1], 2)
    moved = rng.randrange(1, int(cells[one]))
    cells[one], cells[other] = str(int(cells[one]) - moved), str(int(cells[other]) + moved)
    return _cells(row, one, other, what=f"第{row + 1}行 {moved}人 {HEAD[one]} → {HEAD[other]}")


def shift_left(rng: Random, grid: Grid, book: Book) -> Touched:
    """A cell was deleted and the rest of the row moved up to it."""
    row = _row(rng, grid)
    at = rng.randrange(_FIRST_NUMBER, len(HEAD) - 1)
    grid.rows[row] = [*grid.rows[row][:at], *grid.rows[row][at + 1 :], ""]
    return _cells(row, *range(at, len(HEAD)), what=f"第{row + 1}行自{HEAD[at]}起左移")


def shift_right(rng: Random, grid: Grid, book: Book) -> Touched:
    """A cell was inserted; the last value stands outside the head."""
    row, at = _row(rng, grid), rng.randrange(1, len(HEAD))
    grid.rows[row] = [*grid.rows[row][:at], "", *grid.rows[row][at:]]
    return _cells(row, *range(at, len(HEAD)), what=f"第{row + 1}行自{HEAD[at]}起右移")


def shift_down(rng: Random, grid: Grid, book: Book) -> Touched:
    """A block of one column stands one row too low; the last value stands where no school is."""
    at, first = _column(rng), _row(rng, grid)
    values = ["", *(cells[at] for cells in grid.rows[first:])]
    grid.rows.append([""] * len(HEAD))
    for cells, value in zip(grid.rows[first:], values, strict=True):
        cells[at] = value
    return _whole(grid, at, what=f"{HEAD[at]}自第{first + 1}行起下移")


def fill_down(rng: Random, grid: Grid, book: Book) -> Touched:
    """A value was dragged over the rows below it."""
    at, first = _column(rng), rng.randrange(1, len(grid.rows) - 1)
    last = rng.randrange(first + 1, len(grid.rows))
    for cells in grid.rows[first + 1 : last + 1]:
        cells[at] = grid.rows[first][at]
    touched = frozenset(range(first + 2, last + 2))
    return Touched(touched, frozenset({HEAD[at]}), f"{HEAD[at]}第{first + 1}行填充到第{last + 1}行")


def sort_alone(rng: Random, grid: Grid, book: Book) -> Touched:
    """One column was sorted without the others."""
    at, up = _column(rng), rng.random() < 0.5
    values = sorted((cells[at] for cells in grid.rows[1:]), key=Decimal, reverse=up)
    for cells, value in zip(grid.rows[1:], values, strict=True):
        cells[at] = value
    return _whole(grid, at, what=f"只排序{HEAD[at]}")


def swap_columns(rng: Random, grid: Grid, book: Book) -> Touched:
    """The values of two columns, under the old heads."""
    one, other = (FIELDS.index(name) for name in rng.sample(NUMBERS, 2))
    for cells in grid.rows[1:]:
        cells[one], cells[other] = cells[other], cells[one]
    return _whole(grid, one, other, what=f"{HEAD[one]} ↔ {HEAD[other]}")


# ------------------------------------------------------------------------------------ heads


def swap_heads(rng: Random, grid: Grid, book: Book) -> Touched:
    one, other = (FIELDS.index(name) for name in rng.sample(NUMBERS, 2))
    head = grid.rows[0]
    head[one], head[other] = head[other], head[one]
    return _whole(grid, one, other, what=f"表头 {HEAD[one]} ↔ {HEAD[other]}")


def _rename(grid: Grid, at: int, name: str) -> Touched:
    grid.rows[0][at] = name
    touched = _whole(grid, at, what=f"表头 {HEAD[at]} → {name or '（空）'}")
    return Touched(touched.rows, touched.columns | {name}, touched.what)


def rename_head(rng: Random, grid: Grid, book: Book) -> Touched:
    """A word that no dictionary has."""
    at = rng.randrange(len(HEAD))
    return _rename(grid, at, rng.choice(["指标一", "数据", "Sheet1", "其他", "列1", "数量", "X"]))


def misspell_head(rng: Random, grid: Grid, book: Book) -> Touched:
    """A character of the head is lost, doubled or another one."""
    at = rng.randrange(len(HEAD))
    old = HEAD[at]
    place = rng.randrange(len(old))
    sign = rng.choice(["", old[place] * 2, "某", "x"])
    return _rename(grid, at, old[:place] + sign + old[place + 1 :])


def blank_head(rng: Random, grid: Grid, book: Book) -> Touched:
    return _rename(grid, rng.randrange(len(HEAD)), "")


def double_head(rng: Random, grid: Grid, book: Book) -> Touched:
    """Two columns have the same head."""
    one, other = rng.sample(range(len(HEAD)), 2)
    return _rename(grid, one, HEAD[other])


def lose_head(rng: Random, grid: Grid, book: Book) -> Touched:
    """The whole head is gone."""
    del grid.rows[0]
    return Touched(_all_rows(grid), frozenset(HEAD), "没有表头")


def dress_head(rng: Random, grid: Grid, book: Book) -> Touched:
    """Blanks, line breaks, other brackets in the head."""
    at = rng.randrange(len(HEAD))
    old = HEAD[at]
    place = rng.randrange(1, len(old))
    sign = rng.choice([" ", "\n", "\u3000", "\u00a0", "\u200b"])
    new = (old[:place] + sign + old[place:]).replace("（", "(").replace("）", ")")
    return _rename(grid, at, new)


def lose_column(rng: Random, grid: Grid, book: Book) -> Touched:
    at = rng.randrange(len(HEAD))
    for cells in grid.rows:
        del cells[at]
    return _whole(grid, at, what=f"没有{HEAD[at]}")


# ------------------------------------------------------------------------------------ rows


def repeat_row(rng: Random, grid: Grid, book: Book) -> Touched:
    """The same row once more."""
    row, to = _row(rng, grid), rng.randrange(1, len(grid.rows) + 1)
    grid.rows.insert(to, list(grid.rows[row]))
    return Touched(_all_rows(grid), frozenset(HEAD), f"第{row + 1}行重复")


def repeat_row_otherwise(rng: Random, grid: Grid, book: Book) -> Touched:
    """The same school once more with another number."""
    touched, at = repeat_row(rng, grid, book), _column(rng)
    grid.rows[-1], grid.rows[1] = grid.rows[1], grid.rows[-1]
    codes = [cells[FIELDS.index("school_id")] for cells in grid.rows]
    row = max(r for r, code in enumerate(codes) if codes.count(code) > 1)
    grid.rows[row][at] = str(Decimal(grid.rows[row][at]) + 1)
    return touched


def copy_school(rng: Random, grid: Grid, book: Book) -> Touched:
    """The numbers of another school, under its own name and code."""
    one, other = rng.sample(range(1, len(grid.rows)), 2)
    kind = FIELDS.index("school_type")
    grid.rows[one] = [*grid.rows[one][:kind], *grid.rows[other][kind:]]
    return Touched(frozenset({one + 1}), frozenset(HEAD), f"第{one + 1}行照抄第{other + 1}行")


def lose_row(rng: Random, grid: Grid, book: Book) -> Touched:
    row = _row(rng, grid)
    what = f"没有{grid.rows[row][FIELDS.index('school')]}"
    del grid.rows[row]
    return Touched(frozenset(), frozenset(HEAD), what)


def blank_row_numbers(rng: Random, grid: Grid, book: Book) -> Touched:
    """A school has its name only."""
    row = _row(rng, grid)
    grid.rows[row] = [*grid.rows[row][:_FIRST_NUMBER], *[""] * (len(HEAD) - _FIRST_NUMBER)]
    return Touched(frozenset({row + 1}), frozenset(HEAD), f"第{row + 1}行没有数据")


def add_total(rng: Random, grid: Grid, book: Book) -> Touched:
    """A row of totals under the data, or of subtotals between them."""
    to = rng.choice([len(grid.rows), rng.randrange(2, len(grid.rows))])
    total = [
        str(sum(Decimal(cells[at]) for cells in grid.rows[1:to])) if name in NUMBERS else ""
        for at, name in enumerate(FIELDS)
    ]
    total[FIELDS.index(rng.choice(["school", "town", "school_id"]))] = rng.choice(
        ["合计", "总计", "小计", "全县合计", "合 计"]
    )
    grid.rows.insert(to, total)
    return Touched(_all_rows(grid), frozenset(HEAD), f"第{to + 1}行合计")


def shuffle_rows(rng: Random, grid: Grid, book: Book) -> Touched:
    head, *rows = grid.rows
    rng.shuffle(rows)
    grid.rows[:] = [head, *rows]
    return Touched(_all_rows(grid), frozenset(HEAD), "行序打乱")


def shuffle_columns(rng: Random, grid: Grid, book: Book) -> Touched:
    order = rng.sample(range(len(HEAD)), len(HEAD))
    grid.rows[:] = [[cells[at] for at in order] for cells in grid.rows]
    return Touched(_all_rows(grid), frozenset(HEAD), "列序打乱")


# ------------------------------------------------------------------------------------ units of whole columns

_UNITS = {
    "teaching_area_m2": [Decimal("666.67"), Decimal("0.0015"), Decimal(100), Decimal("0.01")],
    "indoor_sports_area_m2": [Decimal("666.67"), Decimal("0.0015"), Decimal(100)],
    "sports_ground_area_m2": [Decimal("666.67"), Decimal("0.0015"), Decimal(100)],
    "equipment_value_yuan": [Decimal(10000), Decimal("0.0001"), Decimal("0.001"), Decimal(100)],
}


def scale_column(rng: Random, grid: Grid, book: Book) -> Touched:
    """A whole column in 万元, 亩 or another unit that nobody states."""
    at = _column(rng, list(_UNITS))
    factor = rng.choice(_UNITS[FIELDS[at]])
    for cells in grid.rows[1:]:
        cells[at] = f"{(Decimal(cells[at]) * factor).normalize():f}"
    return _whole(grid, at, what=f"{HEAD[at]}全列×{factor}")


# ------------------------------------------------------------------------------------ who, where and when


def change_type(rng: Random, grid: Grid, book: Book) -> Touched:
    words = [
        "小学",
        "初中",
        "九年一贯制学校",
        "十二年一贯制学校",
        "完全中学",
        "特殊教育学校",
        "职业学校",
    ]
    row, at = _row(rng, grid), FIELDS.index("school_type")
    old = grid.rows[row][at]
    grid.rows[row][at] = rng.choice([word for word in words if word != old])
    return _cells(row, at, what=f"第{row + 1}行 {old} → {grid.rows[row][at]}")


def misspell_type(rng: Random, grid: Grid, book: Book) -> Touched:
    row, at = _row(rng, grid), FIELDS.index("school_type")
    grid.rows[row][at] = rng.choice(["中小学", "学校", "x", "", "小", "幼儿园", "高中"])
    return _cells(row, at, what=f"第{row + 1}行 学校类型 → {grid.rows[row][at]}")


def lose_zeros(rng: Random, grid: Grid, book: Book) -> Touched:
    """The leading zero of one code or of all."""
    at, rows = FIELDS.index("school_id"), [_row(rng, grid)]
    rows = rng.choice([rows, list(range(1, len(grid.rows)))])
    for row in rows:
        grid.rows[row][at] = grid.rows[row][at].lstrip("0")
    touched = frozenset(row + 1 for row in rows)
    return Touched(touched, frozenset({HEAD[at]}), f"{len(rows)}个代码丢前导零")


def damage_code(rng: Random, grid: Grid, book: Book) -> Touched:
    """A spreadsheet program, or a hand, changed a code."""
    row, at = _row(rng, grid), FIELDS.index("school_id")
    code = grid.rows[row][at]
    place = rng.randrange(1, len(code))
    forms = [f"{Decimal(code):.3E}", code + ".0", code[:place] + code[place + 1 :], code[::-1], ""]
    grid.rows[row][at] = rng.choice([*forms, "37032300000000000000", "2020-09-01"])
    return _cells(row, at, what=f"{code} → {grid.rows[row][at]}")


def take_code(rng: Random, grid: Grid, book: Book) -> Touched:
    """The code of another school."""
    one, other = rng.sample(range(1, len(grid.rows)), 2)
    at = FIELDS.index("school_id")
    grid.rows[one][at] = grid.rows[other][at]
    touched = frozenset({one + 1, other + 1})
    return Touched(touched, frozenset({HEAD[at]}), f"第{one + 1}行用第{other + 1}行代码")


def rename_school(rng: Random, grid: Grid, book: Book) -> Touched:
    row, at = _row(rng, grid), FIELDS.index("school")
    old = grid.rows[row][at]
    place = rng.randrange(len(old))
    grid.rows[row][at] = rng.choice([old[:place] + old[place + 1 :], old + "（新）", "实验学校"])
    return _cells(row, at, what=f"{old} → {grid.rows[row][at]}")


def dress_name(rng: Random, grid: Grid, book: Book) -> Touched:
    """Blanks and invisible characters in a name."""
    row, at = _row(rng, grid), FIELDS.index("school")
    old = grid.rows[row][at]
    place = rng.randrange(len(old))
    sign = rng.choice([" ", "\u3000", "\u00a0", "\u200b", "\n"])
    grid.rows[row][at] = old[:place] + sign + old[place:]
    return _cells(row, at, what=f"第{row + 1}行名称中有空白")


def change_county(rng: Random, grid: Grid, book: Book) -> Touched:
    at = FIELDS.index("county")
    rows = rng.choice([[_row(rng, grid)], list(range(1, len(grid.rows)))])
    word = rng.choice(["huantai", "桓台县", "博山区"])
    for row in rows:
        grid.rows[row][at] = word
    touched = frozenset(row + 1 for row in rows)
    return Touched(touched, frozenset({HEAD[at]}), f"{len(rows)}行县区 → {word}")


def change_year(rng: Random, grid: Grid, book: Book) -> Touched:
    at = FIELDS.index("year")
    rows = rng.choice([[_row(rng, grid)], list(range(1, len(grid.rows)))])
    word = rng.choice(["2019", "2021", "2002", "202", "20200", "2019-2020学年"])
    for row in rows:
        grid.rows[row][at] = word
    touched = frozenset(row + 1 for row in rows)
    return Touched(touched, frozenset({HEAD[at]}), f"{len(rows)}行年度 → {word}")


def hand_in_last_year(rng: Random, grid: Grid, book: Book) -> Touched:
    """The file of last year, as it was."""
    grid.rows[:] = book.grid_before().rows
    return Touched(_all_rows(grid), frozenset(HEAD), "上年文件")


def relabel_last_year(rng: Random, grid: Grid, book: Book) -> Touched:
    """All numbers of last year under this year, for all schools or all but a few."""
    kept = rng.sample(range(1, len(grid.rows)), rng.randrange(3))
    columns = range(_FIRST_NUMBER, len(HEAD))
    _copy_last_year(grid, book, columns, [r for r in range(1, len(grid.rows)) if r not in kept])
    return _whole(grid, *columns, what=f"照搬上年，只改了{len(kept)}所")


def keep_old_columns(rng: Random, grid: Grid, book: Book) -> Touched:
    """Some columns were not brought up to date; areas may well be those of last year."""
    columns = rng.sample(range(_FIRST_NUMBER, len(HEAD)), rng.randrange(1, 6))
    _copy_last_year(grid, book, columns, range(1, len(grid.rows)))
    return _whole(grid, *columns, what=f"{len(columns)}列照搬上年")


def _copy_last_year(grid: Grid, book: Book, columns: Iterable[int], rows: Iterable[int]) -> None:
    before = book.grid_before().rows
    for row in rows:
        for at in columns:
            grid.rows[row][at] = before[row][at]


# ------------------------------------------------------------------------------------ what only a workbook has


def hide(rng: Random, grid: Grid, book: Book) -> Touched:
    row, at = _row(rng, grid), rng.randrange(len(HEAD))
    if rng.random() < 0.5:
        grid.hidden_rows.add(row + 1)
        return Touched(frozenset({row + 1}), frozenset(HEAD), f"隐藏第{row + 1}行")
    grid.hidden_columns.add(at)
    return _whole(grid, at, what=f"隐藏{HEAD[at]}")


def merge(rng: Random, grid: Grid, book: Book) -> Touched:
    """Some cells of a column of numbers or names are merged: only the first one keeps its text."""
    first, at = (
        rng.randrange(1, len(grid.rows) - 1),
        _column(rng, [*NUMBERS, "school", "school_id"]),
    )
    last = rng.randrange(first + 1, len(grid.rows))
    for row in range(first + 1, last + 1):
        grid.rows[row][at] = ""
    grid.merged.append((first + 1, at, last + 1, at))
    touched = frozenset(range(first + 1, last + 2))
    return Touched(touched, frozenset({HEAD[at]}), f"合并{HEAD[at]}第{first + 1}至{last + 1}行")
