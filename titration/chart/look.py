"""How the marks and words of a picture look on paper, by their CSS class.

The classes are painted in this order. On the screen static/chart.css says the same in colours that
follow light and dark; the values here are the light ones of static/tokens.css, for the PDF.
"""

INK, SOFT, LINE, EDGE = "#16212b", "#52616d", "#d5dde2", "#6a7883"
GROUND, CARD, BRAND, WASH = "#f3f6f7", "#ffffff", "#0b5563", "#e6f1f2"
RUST = "#9a3412"
AMBER, AMBER_LINE = "#7a4b00", "#c28a12"

_STROKE = f'fill="none" stroke="{BRAND}"'
_POINT = 'fill="none" stroke-linecap="round"'

_FILLED = f'fill="url(#%%s-%s)" stroke="{INK}"'

# Fills of six pixels by six that tell bars apart without a colour, each with its path.
PATTERNS = {
    name: f'<path class="pattern" d="{path}" fill="none" stroke="{INK}" '
    'stroke-linecap="round" stroke-width="1.3"/>'
    for name, path in (
        ("dots", "M1.5 1.5h.01M4.5 4.5h.01"),
        ("level", "M0 1.5H6M0 4.5H6"),
        ("upright", "M3 0V6"),
        ("slant", "M-1 1L1 -1M0 6L6 0M5 7L7 5"),
        ("cross", "M0 3H6M3 0V6"),
    )
}

MARKS = {
    "future": f'fill="{GROUND}"',
    "grid": f'stroke="{LINE}"',
    "area": f'fill="{BRAND}" opacity=".09"',
    "range": f'fill="{BRAND}" opacity=".22"',
    "paused": f'fill="none" stroke="{AMBER_LINE}" stroke-width="1.2" opacity=".6"',
    "words": f'fill="{WASH}" stroke="{EDGE}"',
    "words ahead": f'fill="none" stroke="{EDGE}" stroke-dasharray="6 4"',
    "withheld": f'fill="url(#%s-hatch)" stroke="{RUST}" stroke-dasharray="2 3"',
    "withheld ahead": f'fill="url(#%s-hatch)" opacity=".6" stroke="{RUST}" stroke-dasharray="2 3"',
    "base": f'stroke="{EDGE}"',
    "link": f'fill="none" stroke="{EDGE}" stroke-dasharray="2 3"',
    "older": f'fill="none" stroke="{EDGE}" stroke-width="1.5" stroke-dasharray="1.5 4"',
    "planned": f'fill="none" stroke="{SOFT}" stroke-width="2" stroke-dasharray="9 3 2 3"',
    "planned range": f'fill="none" stroke="{SOFT}" stroke-dasharray="2 3"',
    "planned dot": f'fill="{CARD}" stroke="{SOFT}" stroke-width="1.5"',
    "planned end": f'stroke="{SOFT}" stroke-width="3" stroke-dasharray="4 2"',
    "planned row": f'fill="{CARD}" stroke="{SOFT}" stroke-width="1.5" stroke-dasharray="3 2"',
    "effect": f'fill="{WASH}" stroke="{EDGE}"',
    "sign": f'fill="{CARD}" stroke="{EDGE}" stroke-dasharray="5 3"',
    "copy": f'fill="{CARD}" stroke="{SOFT}"',
    "intake taken": _FILLED % "dots",
    "intake planned": _FILLED % "level",
    "intake missed": f'fill="{CARD}" stroke="{INK}"',
    "intake times": _FILLED % "upright",
    "intake different": _FILLED % "slant",
    "intake stopped": _FILLED % "cross",
    "score": f'fill="none" stroke="{INK}" stroke-width="1.5"',
    "paper": f'fill="none" stroke="{SOFT}" stroke-width="1.5"',
    "ahead": f'{_STROKE} stroke-width="2" stroke-dasharray="7 4"',
    "soft": f'{_STROKE} stroke-width="3" stroke-dasharray="1 5" stroke-linecap="round"',
    "recorded": f'{_STROKE} stroke-width="3"',
    "dot": f'{_POINT} stroke="{BRAND}" stroke-width="8"',
    "small dot": f'{_POINT} stroke="{BRAND}" stroke-width="5"',
    "hole": f'{_POINT} stroke="{CARD}" stroke-width="4"',
    "single": f'fill="{BRAND}" stroke="{BRAND}" stroke-width="1.5"',
    "single ahead": f'fill="{CARD}" stroke="{BRAND}" stroke-width="1.5"',
    "end": f'stroke="{INK}" stroke-width="3"',
    "today": f'stroke="{INK}" stroke-width="1.2"',
}

_HALO = f'paint-order="stroke" stroke="{CARD}" stroke-width="3.5" stroke-linejoin="round"'

WORDS = {
    "ax": f'fill="{SOFT}" {_HALO}',
    "todayt": f'fill="{INK}" font-weight="600"',
    "val": f'fill="{BRAND}" font-weight="700" {_HALO}',
    "note": f'fill="{INK}" {_HALO}',
    "withheldt": f'fill="{RUST}" font-weight="600" {_HALO}',
    "plannedt": f'fill="{SOFT}" font-weight="600" {_HALO}',
    "pausedt": f'fill="{AMBER}" font-weight="600" {_HALO}',
    "endt": f'fill="{INK}" font-weight="600" {_HALO}',
    "lanet": f'fill="{INK}" {_HALO}',
    "wordst": f'fill="{INK}"',
    "singlet": f'fill="{BRAND}" font-weight="600" {_HALO}',
}

# The whole picture, for `html`; its ids begin with a prefix of their own.
PICTURE = (
    '<svg class="timeline" viewBox="0 0 {width} {height}" width="{width}" height="{height}" '
    'xmlns="http://www.w3.org/2000/svg" role="img" '
    'aria-labelledby="{prefix}-title {prefix}-desc" font-family="Noto Sans" '
    'font-size="{font_size}">\n'
    '<title id="{prefix}-title">{title}</title><desc id="{prefix}-desc">{description}</desc>\n'
    '<defs><pattern id="{prefix}-hatch" width="7" height="7" patternUnits="userSpaceOnUse" '
    'patternTransform="rotate(-45)"><path class="wash" d="M0 0H7V7H0Z" fill="#fdece4"/>'
    '<path class="stripe" d="M3.5 0V7" stroke="#9a3412" stroke-opacity=".4" stroke-width="1.2"/>'
    "</pattern>{patterns}</defs>\n"
    "{elements}</svg>\n"
)
