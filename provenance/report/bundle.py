"""The page's scripts, inlined, and the policy that lets only them run.

The Content-Security-Policy (W3C CSP level 3) names each script by its digest and forbids every request: a script that
came in with a document's text could neither run nor fetch. Vega compiles its expressions, hence 'unsafe-eval', which
is of use to the named scripts only.
"""

import base64
import functools
import hashlib
from importlib.resources import files

import vl_convert


@functools.cache
def load_vega() -> str:
    """Vega, Vega-Lite and vega-embed in one script, as shipped with vl-convert."""
    bundle: str = vl_convert.javascript_bundle("window.vegaEmbed = vegaEmbed;")
    return escape_script(bundle)


def load_drawing() -> str:
    """The few lines that draw every chart of the page."""
    return files(__package__).joinpath("templates/charts.js").read_text(encoding="utf-8")


def escape_script(script: str) -> str:
    """A script that the HTML parser reads as one: what would end or hide it is written another way.

    HTML standard, section 4.12.1.3: within strings and regular expressions `<!--`, `<script` and `</script`.
    """
    for tag in ("!--", "script", "/script"):
        script = script.replace(f"<{tag}", f"\\x3C{tag}")
    return script


def write_policy(scripts: tuple[str, ...]) -> str:
    """The policy under which exactly these inline scripts run and nothing is fetched."""
    digests = " ".join(f"'sha256-{_digest(script)}'" for script in scripts)
    allowed = f"{digests} 'unsafe-eval'" if scripts else "'none'"
    return (
        f"default-src 'none'; script-src {allowed}; style-src 'unsafe-inline'; img-src data:; base-uri 'none'; "
        "form-action 'none'"
    )


def _digest(script: str) -> str:
    return base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()
