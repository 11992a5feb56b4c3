"""What sites say of their versions, and which language they take for granted."""

import polars as pl

USUAL = 0.8  # share of the pages without a language in their address that are in the default language


def find_declared(versions: pl.DataFrame) -> dict[int, list[str]]:
    """By version, the languages of its hreflang links that lead to pages not captured.

    A page that does not list itself lists something else. So does an address that several pages of one language list.
    """
    listed = (
        versions.filter("lists_itself").select("version", "site", "language", target="alternates").explode("target")
    )
    listed = listed.unnest("target", separator="_").rename({"target_language": "named", "target_address": "address"})
    listed = listed.drop_nulls(["named", "address"])
    several = listed.group_by("site", "language", "address").agg(n=pl.col("version").n_unique()).filter(pl.col("n") > 1)
    captured = versions.select("site", "address").unique()
    own = listed.join(several, on=["site", "language", "address"], how="anti")
    own = own.join(captured, on=["site", "address"], how="anti").filter(
        pl.col("named") != pl.col("language").cast(pl.String)
    )
    return dict(own.group_by("version").agg(pl.col("named").unique().sort()).iter_rows())


def find_defaults(rows: pl.DataFrame, versions: pl.DataFrame) -> dict[int, str]:
    """By site, its default language: that of its root, else that of its pages without one in their address."""
    return _find_usual(versions) | _find_roots(rows)


def _find_roots(rows: pl.DataFrame) -> dict[int, str]:
    """By site, the language of the page at its root, by its text, else as its html element says."""
    roots = rows.filter(pl.col("is_root") & pl.col("url_language").is_null() & pl.col("site").is_not_null())
    told = roots.select("site", language=pl.coalesce(pl.col("language").cast(pl.String), "html_language")).drop_nulls()
    return dict(told.unique("site", keep="first", maintain_order=True).iter_rows())


def _find_usual(versions: pl.DataFrame) -> dict[int, str]:
    """By site, the language of nearly all pages without a language in their address, where other pages have one."""
    plain = pl.col("url_language").is_null()
    counted = versions.filter(plain).group_by("site", "language").agg(n=pl.len())
    leading = counted.with_columns(share=pl.col("n") / pl.col("n").sum().over("site")).filter(pl.col("share") >= USUAL)
    marked = versions.filter(~plain).select("site").unique()
    return dict(leading.join(marked, on="site", how="semi").select("site", "language").iter_rows())
