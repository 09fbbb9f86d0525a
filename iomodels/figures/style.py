"""One style sheet for all figures: the site's colours where a page has them, its own where not."""

from base64 import b64encode
from collections.abc import Mapping
from hashlib import sha256

# Each: (the site's token or nothing, light, dark). Fills follow Okabe and Ito (the
# green a little darker), whose colours stay apart for those who do not see red or green; a pattern
# and a word say the same once more.
_COLOURS = {
    "paper": ("surface", "#ffffff", "#1b1f23"),
    "ink": ("ink", "#1c2024", "#e5e7e9"),
    "quiet": ("quiet", "#58616b", "#a3acb5"),
    "line": ("line", "#dad6cd", "#353b42"),
    "harm": ("fail", "#ad231c", "#ff9a90"),
    "harm-paper": ("fail-paper", "#fcecea", "#331b1a"),
    "good": ("pass", "#17683a", "#7fd09b"),
    "run": ("", "#0072b2", "#56b4e9"),
    "on-run": ("", "#ffffff", "#10222e"),
    "asleep": ("", "#eef0f2", "#262c32"),
    "asleep-line": ("", "#8b949d", "#77818b"),
    "pending": ("", "#fbe3ae", "#4a3810"),
    "pending-line": ("", "#a66f00", "#e69f00"),
    "copy": ("", "#007a59", "#00b98a"),
    "copy-paper": ("", "#d6f1e7", "#10362b"),
}


def _tokens(column: int, *, is_fixed: bool = False) -> str:
    def value(colour: tuple[str, str, str]) -> str:
        fallback = colour[column]
        return f"var(--{colour[0]},{fallback})" if colour[0] and not is_fixed else fallback

    return "".join(f"--f-{name}:{value(colour)};" for name, colour in _COLOURS.items())


_SEAM = "paint-order:stroke;stroke-width:4px;stroke-linejoin:round"
_RULES: Mapping[str, str] = {
    "text": (
        "font:400 12px/1 var(--font-ui,-apple-system,'Segoe UI',Roboto,'Noto Sans',"
        "'Liberation Sans',Arial,sans-serif);fill:var(--f-ink);font-variant-numeric:tabular-nums"
    ),
    ".iof-title": "font-size:17px;font-weight:650",
    ".iof-lead": "font-size:14px",
    ".iof-body": "font-size:13px",
    ".iof-name": "font-size:13px;font-weight:650",
    ".iof-small": "font-size:11px",
    ".iof-strong": "font-weight:650",
    ".iof-quiet": "fill:var(--f-quiet)",
    ".iof-harm-text": "fill:var(--f-harm)",
    ".iof-good-text": "fill:var(--f-good)",
    ".iof-middle": "text-anchor:middle",
    ".iof-end": "text-anchor:end",
    # A seam of paper around letters that stand on a pattern.
    ".iof-on-pattern": f"{_SEAM};stroke:var(--f-paper)",
    ".iof-on-harm": f"{_SEAM};stroke:var(--f-harm-paper)",
    ".iof-on-run": "fill:var(--f-on-run)",
    ".iof-paper": "fill:var(--f-paper)",
    ".iof-rule": "fill:none;stroke:var(--f-line);stroke-width:1px",
    ".iof-axis": "fill:none;stroke:var(--f-quiet);stroke-width:1px",
    ".iof-axis-break": "fill:none;stroke:var(--f-ink);stroke-width:1.5px",
    ".iof-rest": "fill:none;stroke:var(--f-line);stroke-width:1px;stroke-dasharray:2 3",
    ".iof-run": "fill:var(--f-run)",
    ".iof-asleep": "stroke:var(--f-asleep-line);stroke-width:1px",
    ".iof-free": "fill:none;stroke:var(--f-quiet);stroke-width:1.5px;stroke-dasharray:5 4",
    ".iof-empty": "fill:none;stroke:var(--f-line);stroke-width:1.5px",
    ".iof-rung": "fill:none;stroke:var(--f-on-run);stroke-width:1px;stroke-opacity:.8",
    ".iof-harm": "stroke:var(--f-harm);stroke-width:2px",
    ".iof-harm-band": "fill:var(--f-harm-paper)",
    ".iof-badge": "fill:var(--f-harm)",
    ".iof-badge-text": "font-size:11px;font-weight:700;fill:var(--f-paper);text-anchor:middle",
    ".iof-pending": "stroke:var(--f-pending-line);stroke-width:1px",
    ".iof-copy": "stroke:var(--f-copy);stroke-width:2px",
    ".iof-watched": "fill:none;stroke:var(--f-ink);stroke-width:2px",
    ".iof-unwatched": "fill:none;stroke:var(--f-quiet);stroke-width:1.5px;stroke-dasharray:1 4",
    ".iof-mark": "fill:var(--f-ink);stroke:var(--f-paper);stroke-width:1px",
    ".iof-mark-open": "fill:var(--f-paper);stroke:var(--f-ink);stroke-width:1.5px",
    ".iof-arrow": "fill:none;stroke:var(--f-ink);stroke-width:1.5px",
    ".iof-arrow-late": "fill:none;stroke:var(--f-ink);stroke-width:1.5px;stroke-dasharray:5 4",
    ".iof-arrow-refused": "fill:none;stroke:var(--f-quiet);stroke-width:1.5px",
    ".iof-head": "fill:var(--f-ink)",
    ".iof-head-refused": "fill:var(--f-quiet)",
    ".iof-wait-band": "fill:var(--f-asleep);fill-opacity:.55",
    ".iof-copy-band": "fill:var(--f-copy-paper)",
    ".iof-arrival": "fill:none;stroke:var(--f-pending-line);stroke-width:2.5px",
    ".iof-arrival-text": "fill:var(--f-ink);font-weight:650",
    # The parts of the patterns.
    ".iof-p-asleep": "fill:var(--f-asleep)",
    ".iof-p-asleep-line": "fill:none;stroke:var(--f-asleep-line);stroke-opacity:.55",
    ".iof-p-harm": "fill:var(--f-harm-paper)",
    ".iof-p-harm-line": "fill:none;stroke:var(--f-harm);stroke-width:2px;stroke-opacity:.6",
    ".iof-copy-plain": "fill:var(--f-copy-paper)",
    ".iof-p-copy": "fill:var(--f-copy-paper)",
    ".iof-p-copy-line": "fill:none;stroke:var(--f-copy);stroke-width:2px",
    ".iof-p-pending": "fill:var(--f-pending)",
    ".iof-p-pending-dot": "fill:var(--f-pending-line)",
}


def _sheet() -> str:
    rules = "".join(f".iof {selector}{{{rule}}}" for selector, rule in _RULES.items())
    light, dark, printed = _tokens(1), _tokens(2), _tokens(1, is_fixed=True)
    return (
        f".iof{{{light}}}"
        f"@media (prefers-color-scheme:dark){{.iof{{{dark}}}}}"
        f'[data-theme="light"] .iof{{{light}}}[data-theme="dark"] .iof{{{dark}}}'
        f"{rules}"
        "@media print{.iof,[data-theme] .iof{"
        f"{printed}print-color-adjust:exact;-webkit-print-color-adjust:exact}}}}"
    )


STYLE = _sheet()
# A page's Content-Security-Policy lets the figures' own sheet in by naming this in `style-src`.
STYLE_SOURCE = f"'sha256-{b64encode(sha256(STYLE.encode()).digest()).decode()}'"
