"""One style for all figures: the Chinese font, small pictures, nothing kept open."""

from __future__ import annotations

from functools import cache

import numpy as np
from matplotlib import pyplot as plt
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from PIL import Image

from youzhi.errors import YouzhiError


@cache
def _style() -> dict:
    """Register the Chinese font once and return the settings of every figure."""
    from matplotlib import font_manager

    try:
        import pylopdf_fonts_zh_cn as fonts
    except ImportError as error:
        raise YouzhiError(
            "缺少中文字体包 pylopdf-fonts-zh-cn，图中汉字无法显示。请运行 make env 重新建立环境。"
        ) from error
    path = str(fonts.sans_path())
    font_manager.fontManager.addfont(path)
    family = font_manager.FontProperties(fname=path).get_name()
    return {
        "font.family": [family, "DejaVu Sans"],
        "font.size": 10,
        "axes.titlesize": 11.5,
        "axes.titlelocation": "left",
        "axes.unicode_minus": False,
        "axes.spines.top": False,
        "axes.spines.right": False,
        "axes.axisbelow": True,
        "figure.dpi": 96,
        "savefig.dpi": 96,
        "legend.frameon": False,
        "text.parse_math": False,
        "svg.hashsalt": "youzhi",
    }


class _PaletteCanvas(FigureCanvasAgg):
    """Writes PNG with a palette: a report of many figures stays small, and nothing visible is lost."""

    def print_png(self, filename_or_obj, **_settings):
        self.draw()
        image = Image.fromarray(np.asarray(self.buffer_rgba())).convert("RGB")
        small = image.quantize(255, Image.Quantize.MAXCOVERAGE, dither=Image.Dither.NONE)
        dpi = (self.figure.dpi, self.figure.dpi)
        small.save(filename_or_obj, format="png", optimize=True, dpi=dpi)


def draw_style(draw):
    """Let a drawing function run in the one style and close what it made."""

    def drawing(*args, **kwargs) -> Figure:
        with plt.rc_context(_style()):
            figure = draw(*args, **kwargs)
            figure.set_layout_engine("constrained")
            figure.canvas.draw()
        plt.close(figure)
        _PaletteCanvas(figure)
        return figure

    drawing.__doc__, drawing.__name__, drawing.__qualname__ = (
        draw.__doc__,
        draw.__name__,
        draw.__name__,
    )
    drawing.__wrapped__ = draw
    return drawing


def say_nothing(text: str) -> Figure:
    """A figure that says in words why there is nothing to draw."""
    figure, axis = plt.subplots(figsize=(6, 1.2))
    axis.set_axis_off()
    axis.text(0.5, 0.5, text, ha="center", va="center")
    return figure
