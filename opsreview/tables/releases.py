"""Which line a release belongs to, and whether it is stable, a hotfix, a pre-release or none."""

from __future__ import annotations

import re

import polars as pl

from opsreview.params import ReleaseRules

MOVING = ["latest", "nightly", "canary", "edge", "insiders", "next", "dev", "stable", "main"]
RECENT = 20  # versions over which a train of patches is told
FEWEST = 10
MOSTLY = 0.5
DAYS_APART = 2  # of a version that is a day, and of its release
PATCH_TRAIN_SHARE = 0.5
HOTFIX_OF_PATCH_TRAIN_DAYS = 2
_PRODUCT = r"^(.+)[/@]"  # of one repository among several: survey/v0.1.0, preview@2.0.0
_VERSION = r"(?:^|[^0-9])(\d+)\.(\d+)(?:\.(\d+))?"
_DAY = r"^v?20\d\d-?[01]\d-?[0-3]\d$"
_DOTTED_DAY = r"^v?(20\d\d)\.(\d{1,2})\.(\d{1,2})$"  # where it is the day of the release
_NIGHTLY = r"(?i)nightly|\d-20\d\d[01]\d[0-3]\d(-[0-9a-f]{7,40})?$"
_PRERELEASE = r"(?i)\d[-.]?(alpha|beta|rc|pre|preview|prerelease|insider|dev)|\d(a|b)\d+$"
_SEMVER_PRERELEASE = r"\d+\.\d+\.\d+-[0-9A-Za-z]"
_NO_PRERELEASE = r"(?i)-(release|final|ga|stable|hotfix|patch|post)"  # against SemVer, but common


def classified(releases: pl.DataFrame, rules: ReleaseRules) -> pl.DataFrame:
    """The releases with ``line``, ``kind``, and ``kind_rule``: the rule that told it. Ours.

    ``is_failed`` is what ``review.yaml`` says of the tag, null where it says nothing.

    The first rule that holds tells:

    - ``review.yaml`` says so, by a pattern of the tag;
    - ``moving``: the tag is a name that moves from commit to commit (``latest``);
    - ``prerelease``: the source marks it as one;
    - ``other``: it is of another product of the repository, by what comes before ``/`` or ``@``;
      the product is what most versions are of, or what ``review.yaml`` says;
    - ``nightly``: the version names a day, or says nightly; a bare day is one beside versions, and
      stable in a repository that has nothing but days. Versions that are mostly the days of their
      releases (``2026.6.2``) are days;
    - ``prerelease``: the version says so (SemVer: ``1.2.0-rc.1``), or its minor is odd where
      ``review.yaml`` says that odd minors are pre-releases (VS Code Marketplace);
    - ``other``: it is no version;
    - ``hotfix``: a patch of a line (major and minor) older than that of the stable release before,
      or one within ``hotfix_within_days`` of the one before it on its line. Where more than half
      of the last 20 versions are patches, they are the train, and a hotfix is one within 2 days;
    - ``stable``: a version of its line; an odd one out (``9.5.5`` between ``0.5.4`` and ``0.5.6``)
      is of the line before it.

    Args:
        releases: Candidate rows: repo, tag, published_at, is_prerelease, is_draft.
        rules: What ``review.yaml`` says of the tags.

    Source:
        SemVer 2.0.0, https://semver.org/;
        https://code.visualstudio.com/api/working-with-extensions/publishing-extension (odd minors).
    """
    named = _with_names(releases.sort("repo", "published_at", "tag"), rules)
    told = named.with_columns(kind_rule=_rule_of_the_tag(rules))
    numbered = _numbered(told)
    rule = pl.coalesce("kind_rule", _rule_of_the_line(rules))
    own = ["product", "ours", "name", "major", "minor", "patch", "number", "before", "patch_share"]
    return (
        numbered.with_columns(kind_rule=rule)
        .with_columns(kind=pl.col("kind_rule").str.extract(r"^(\w+)"), is_failed=_is_failed(rules))
        .drop(own)
    )


def _is_failed(rules: ReleaseRules) -> pl.Expr:
    """What the team says of the tag of the one repository, else of the tag in any."""
    said = [
        pl.when(named == tag).then(pl.lit(is_failed))
        for named in (pl.format("{}@{}", "repo", "tag"), pl.col("tag"))
        for tag, is_failed in rules.failed.items()
    ]
    return pl.coalesce(*said, pl.lit(None, pl.Boolean))


def _with_names(releases: pl.DataFrame, rules: ReleaseRules) -> pl.DataFrame:
    """The rows with the product of each tag and of the repository, and the version's parts."""
    product = pl.col("tag").str.extract(_PRODUCT, 1).fill_null("")
    parts = {
        part: pl.col("name").str.extract(_VERSION, place).cast(pl.Int64, strict=False)
        for place, part in enumerate(("major", "minor", "patch"), 1)
    }
    split = releases.with_columns(product=product).with_columns(
        name=pl.when(pl.col("product") == "")
        .then("tag")
        .otherwise(pl.col("tag").str.extract(r"([^/@]*)$", 1))
    )
    read = split.with_columns(**parts)
    if rules.product is not None:
        return read.with_columns(ours=pl.lit(rules.product))
    is_version = pl.col("major").is_not_null()
    common = (
        read.filter(is_version)
        .group_by("repo", "product")
        .len()
        .sort("len", "product", descending=[True, False])
        .unique("repo", keep="first", maintain_order=True)
        .select("repo", ours="product")
    )
    joined = read.join(common, on="repo", how="left", maintain_order="left")
    return joined.with_columns(pl.col("ours").fill_null(""))


def _rule_of_the_tag(rules: ReleaseRules) -> pl.Expr:
    is_day = pl.col("name").str.contains(_DAY)
    is_version = pl.col("major").is_not_null() & ~is_day
    has_versions = (is_version & (pl.col("product") == pl.col("ours"))).any().over("repo")
    is_odd = pl.lit(rules.odd_minors == "prerelease") & (pl.col("minor") % 2 == 1)
    if rules.odd_minors_since:
        since = tuple(int(part) for part in rules.odd_minors_since.split("."))
        is_odd = is_odd & (
            pl.col("major") * 100_000 + pl.col("minor") >= since[0] * 100_000 + since[1]
        )
    told = [
        *(
            (is_like(tag), f"{kind}: review.yaml says so of {tag}")
            for tag, kind in rules.kinds.items()
        ),
        (
            pl.col("name").str.to_lowercase().is_in(MOVING),
            "moving: the tag is no version and moves",
        ),
        (pl.col("is_prerelease"), "prerelease: marked as one"),
        (pl.col("product") != pl.col("ours"), "other: of another product of the repository"),
        (is_day & has_versions, "nightly: a day, beside versions"),
        (is_day | _is_its_day(), "stable: a day"),
        (pl.col("name").str.contains(_NIGHTLY), "nightly: the version names a day"),
        (_is_prerelease(), "prerelease: the version says so"),
        (pl.col("major").is_null(), "other: the tag is not a version"),
        (is_odd, "prerelease: its minor is odd"),
    ]
    return pl.coalesce(pl.when(holds).then(pl.lit(rule)) for holds, rule in told)


def _is_its_day() -> pl.Expr:
    """The version is the day of the release, as most of the repository's are: ``2026.6.2``."""
    day = pl.concat_str(
        *(pl.col("name").str.extract(_DOTTED_DAY, place) for place in (1, 2, 3)), separator="-"
    ).str.to_date("%Y-%m-%d", strict=False)
    is_own = (day - pl.col("published_at").dt.date()).abs() <= pl.duration(days=DAYS_APART)
    is_mostly = is_own.fill_null(False).filter(pl.col("major").is_not_null()).mean().over("repo")
    return is_own & (is_mostly > MOSTLY)


def _is_prerelease() -> pl.Expr:
    name = pl.col("name")
    by_semver = name.str.contains(_SEMVER_PRERELEASE) & ~name.str.contains(_NO_PRERELEASE)
    return name.str.contains(_PRERELEASE) | by_semver


def is_like(pattern: str) -> pl.Expr:
    """Whether ``tag`` is one of a pattern, in which ``*`` stands for anything.

    ``owner/name@v1.*`` is of one repository alone.
    """
    matched = f"^{re.escape(pattern).replace(chr(92) + '*', '.*')}$"
    of_one = pl.format("{}@{}", "repo", "tag").str.contains(matched)
    return pl.col("tag").str.contains(matched) | of_one


def _numbered(told: pl.DataFrame) -> pl.DataFrame:
    """The rows with their line; of those on one, what came before and how many are patches."""
    is_on_line = _is_on_a_line()
    number = pl.when(is_on_line).then(pl.col("major") * 100_000 + pl.col("minor"))
    numbered = told.with_columns(number=number)
    before = pl.col("number").forward_fill().shift(1).over("repo")
    after = pl.col("number").backward_fill().shift(-1).over("repo")
    # A number far above both neighbours, which follow on each other, was mistyped.
    is_odd_out = (
        (pl.col("number") > after) & (before <= after) & (pl.col("number") >= before + 100_000)
    )
    line = pl.format("{}.{}", "major", "minor")
    of_before = pl.format("{}.{}", before // 100_000, before % 100_000)
    of_product = pl.when(pl.col("product") != pl.col("ours")).then(pl.format("{}/", "product"))
    is_patch = pl.when(is_on_line).then((pl.col("patch") > 0).fill_null(False).cast(pl.Float64))
    mended = numbered.with_columns(
        number=pl.when(is_odd_out.fill_null(False)).then(before).otherwise("number"),
        line=pl.when(is_odd_out.fill_null(False))
        .then(of_before)
        .when(pl.col("major").is_not_null())
        .then(of_product.fill_null("") + line),
    )
    counted = mended.filter(is_on_line).with_columns(
        before=pl.col("number").shift(1).over("repo"),
        patch_share=is_patch.rolling_mean(RECENT, min_samples=FEWEST).over("repo"),
    )
    rest = mended.filter(~is_on_line).with_columns(
        before=pl.lit(None, pl.Int64), patch_share=pl.lit(None, pl.Float64)
    )
    return pl.concat([counted, rest]).sort("repo", "published_at", "tag")


def _is_on_a_line() -> pl.Expr:
    """A version that is still to be told, or that something says is stable or a hotfix."""
    is_open = pl.col("kind_rule").is_null()
    is_told = pl.col("kind_rule").str.contains(r"^(stable|hotfix): review\.yaml")
    is_out = pl.col("published_at").is_not_null() & ~pl.col("is_draft").fill_null(False)
    return (is_open | is_told.fill_null(False)) & is_out


def _rule_of_the_line(rules: ReleaseRules) -> pl.Expr:
    """Hotfix or stable, for rows in the order they were published."""
    line_published_at = pl.when(_is_on_a_line()).then("published_at")
    previous_at = line_published_at.forward_fill().shift(1).over("repo", "line")
    since = pl.col("published_at") - previous_at
    is_patch = (pl.col("patch") > 0).fill_null(False)
    is_train = (pl.col("patch_share") > PATCH_TRAIN_SHARE).fill_null(False)
    within = {
        f"hotfix: a patch within {rules.hotfix_within_days} days on its line": is_patch
        & ~is_train
        & (since <= pl.duration(days=rules.hotfix_within_days)),
        f"hotfix: a patch within {HOTFIX_OF_PATCH_TRAIN_DAYS} days, where patches are the train": (
            is_patch & is_train & (since <= pl.duration(days=HOTFIX_OF_PATCH_TRAIN_DAYS))
        ),
        "hotfix: a patch of an older line": is_patch & (pl.col("number") < pl.col("before")),
    }
    fired = [pl.when(holds.fill_null(False)).then(pl.lit(rule)) for rule, holds in within.items()]
    return pl.coalesce(*fired, pl.lit("stable: a version of its line"))
