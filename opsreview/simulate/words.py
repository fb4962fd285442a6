"""Invented titles, so that the pages of a simulated team read like those of a real one."""

from __future__ import annotations

from opsreview.simulate.dice import Dice

# Text that would break a page that forgets to escape it. On purpose.
HOSTILE_TITLES = (
    'Column comment with <script>alert("preview")</script> is run in the preview',
    "Result grid shows <b>bold</b> headers as tags & swallows the ampersand",
    'Diagnostics list breaks on a measure named "R&D <net>"',
)
_HOSTILE_SHARE = 0.012

_BUGS = {
    "author": (
        "Completion offers columns of a dropped table",
        "Formatter removes the comment above a CTE",
        "Rename measure misses references in shared snippets",
        "Snippet for a date spine inserts the wrong dialect",
        "Go to definition jumps to the compiled file",
        "Indentation is lost when pasting a query",
        "Unsaved model is overwritten by a template refresh",
        "Autocomplete takes seconds",
        "Quick fix adds the import twice",
        "Parameter hints show the previous function",
        "Multi-cursor edit corrupts a quoted identifier",
    ),
    "preview": (
        "Preview is blank after a reload",
        "Result grid scrolls back to the first row",
        "Row count in the preview is off by one",
        "Dates in the result grid are shifted by a day",
        "Chart legend covers the last series",
        "Preview keeps running after cancel",
        "Copy as CSV drops the header",
        "Preview connects to production instead of the sandbox",
        "Null and empty string look the same in the grid",
        "Decimal comma is read as a column separator",
        "Preview pane steals focus",
    ),
    "diagnostics": (
        "Diagnostics ignore workspace trust",
        "Unused column warning points at the wrong line",
        "Problems panel keeps warnings of deleted files",
        "Lint rule for cross joins fires on lateral joins",
        "Severity set in the workspace is not honoured",
        "Diagnostics never finish and the status bar spins",
        "False positive for an ambiguous alias",
        "Explain plan cannot be opened from a diagnostic",
        "Freshness warning uses the local time zone",
        "Same error is listed twice",
    ),
}
_WHEN = (
    "",
    " in a multi-root workspace",
    " on Windows",
    " over a remote connection",
    " in Cursor",
    " with more than 500 models",
    " when the warehouse is asleep",
    " after switching branches",
    " if the file is not saved",
    " behind a proxy",
    " with a dark high-contrast theme",
    " when two editors show the same file",
    " after updating the extension",
    " for views with quoted names",
    " with semantic layer enabled",
    " on the first start of the day",
)
_QUESTIONS = {
    "author": (
        "How do I share snippets with my team",
        "Can completion read column comments",
        "Where are formatter options kept",
        "Is there a way to pin the dialect of a folder",
        "How should a macro package be referenced",
    ),
    "preview": (
        "Can the preview run with a read-only role",
        "How do I limit the rows of a preview",
        "Where does the preview cache its results",
        "Is it possible to preview a single CTE",
        "Can two previews be compared side by side",
    ),
    "diagnostics": (
        "How do I silence one rule for one file",
        "What does diagnostic AX014 mean",
        "Can diagnostics run in CI without the editor",
        "Which rules are on by default",
        "How do I get diagnostics for generated files",
    ),
}
_ASKED_BY = ("?", " in a monorepo?", " on a shared laptop?", " without admin rights?", " offline?")
_FEATURES = {
    "author": (
        "Complete metric names from the semantic layer",
        "Fold CTEs in the outline",
        "Offer a template for slowly changing dimensions",
        "Show column lineage on hover",
    ),
    "preview": (
        "Export a preview to a spreadsheet",
        "Freeze the first column of the grid",
        "Remember the chart type of each model",
        "Show the cost estimate before a preview runs",
    ),
    "diagnostics": (
        "Group diagnostics by owner",
        "Add a rule for joins without keys",
        "Baseline file for existing warnings",
        "Link each rule to its documentation",
    ),
}
_WISHED = ("", " (request)", " by default", " for large workspaces", " as a setting")
_FIXES = {
    "author": (
        "keep comments above a CTE",
        "escape quoted identifiers",
        "drop stale completions after a branch switch",
        "do not overwrite an unsaved model",
        "rename references in shared snippets",
        "indent pasted queries",
        "add an import once",
        "answer completion in time on large workspaces",
    ),
    "preview": (
        "restore the scroll position after a reload",
        "do not run a preview twice",
        "cancel the query when the pane closes",
        "read dates in the warehouse's zone",
        "wait for the warehouse to wake up",
        "show null apart from empty text",
        "copy the header with the rows",
        "never connect outside the sandbox",
    ),
    "diagnostics": (
        "clear problems of deleted files",
        "honour workspace severity",
        "point at the right line of an unused column",
        "list an error once",
        "leave lateral joins alone",
        "stop when the workspace is closed",
        "respect workspace trust",
    ),
}
_OTHER_CHANGES = {
    "docs": (
        "explain the settings",
        "walk through a first session",
        "list what is on by default",
        "troubleshooting for proxies",
        "one page of keyboard shortcuts",
        "correct the examples",
    ),
    "maintenance": (
        "split the start of the language server",
        "remove the old cache",
        "run tests on the oldest supported editor",
        "type the message channel",
        "drop an unused dependency",
        "move fixtures beside their tests",
    ),
}
_PREFIXES = {"bug": "fix", "feature": "feat", "docs": "docs", "maintenance": "chore"}
_PACKAGES = ("sql-parser", "grid-view", "language-client", "esbuild", "mocha", "arrow-reader")


def issue_title(area: str, sort: str, dice: Dice) -> str:
    """One line an analyst might write; one in eighty hostile to HTML."""
    if dice.happens(_HOSTILE_SHARE):
        return dice.one_of(HOSTILE_TITLES)
    if sort == "question":
        return dice.one_of(_QUESTIONS[area]) + dice.one_of(_ASKED_BY)
    if sort == "feature":
        return dice.one_of(_FEATURES[area]) + dice.one_of(_WISHED)
    return dice.one_of(_BUGS[area]) + dice.one_of(_WHEN)


def change_title(area: str, sort: str, dice: Dice) -> str:
    """A conventional title: ``fix(preview): do not run a preview twice``."""
    said = dice.one_of(_changes(area, sort))
    return f"{_PREFIXES[sort]}({area}): {said[0].lower()}{said[1:]}"


def _changes(area: str, sort: str) -> tuple[str, ...]:
    if sort == "bug":
        return _FIXES[area]
    return _FEATURES[area] if sort == "feature" else _OTHER_CHANGES[sort]


def dependency_title(dice: Dice) -> str:
    """A dependency bot's title."""
    package = dice.one_of(_PACKAGES)
    major, minor = dice.whole(1, 9), dice.whole(0, 20)
    return f"chore(deps): bump {package} from {major}.{minor}.0 to {major}.{minor + 1}.0"
