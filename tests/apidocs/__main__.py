"""Build the API documentation into ``build/api``, as ``make docs`` does; a warning is an error.

pdoc reads the docstrings and the annotations, so that every public module is imported and
every annotation resolved on the way.
"""

from __future__ import annotations

import pkgutil
import sys
import warnings
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
# Entry points and what needs an extra that documentation does not: shown by their help.
LEFT_OUT = ("sonogate.cli", "sonogate.http", "sonogate.web", "sonogate.models", "sonogate.records")


def modules() -> list[str]:
    """Return every module of the package that is documented."""
    import sonogate

    found = (one.name for one in pkgutil.walk_packages(sonogate.__path__, "sonogate."))
    return ["sonogate", *(name for name in found if not name.startswith(LEFT_OUT))]


def main() -> None:
    """Build it, or stop at the first warning."""
    import pdoc

    import sonogate

    # Public names are loaded when first asked for; pdoc looks only at what is there already.
    for name in sonogate.__all__:
        setattr(sonogate, name, getattr(sonogate, name))
    warnings.simplefilter("error")
    # What dependencies deprecate among themselves is no fault of the documentation.
    warnings.filterwarnings("ignore", category=DeprecationWarning)
    # A package without __all__ brings its modules along, which are named one by one as well.
    warnings.filterwarnings("ignore", message="The module specification")
    target = ROOT / "build" / "api"
    pdoc.render.configure(docformat="google", footer_text="sonogate")
    pdoc.pdoc(*modules(), output_directory=target)
    print(
        f"{len(list(target.rglob('*.html')))} pages in {target.relative_to(ROOT)}/index.html",
        file=sys.stderr,
    )


if __name__ == "__main__":
    main()
