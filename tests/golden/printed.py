"""What the goldens print: the models of chapter 10 in three conventions, as one page each.

Run as a program it draws every page and notes which source each picture shows:  python tests/golden/printed.py
Look at the pictures then; a golden whose picture is of another source fails its test.
"""

import hashlib
import json
import shutil
import subprocess
import tempfile
from pathlib import Path

import symrnn as sr
from symrnn.model import library
from symrnn.typeset import Notation, latex

HERE = Path(__file__).parent
PICTURES, SEEN = HERE / "pictures", HERE / "pictures" / "seen.json"
CHAPTER = tuple(name for name in library.LIBRARY if name not in {"state-space", "time-delay", "scalar"})
PRESETS = ("goodfellow", "d2l", "cs231n")
PAGE = r"""\documentclass[10pt]{article}
\usepackage{amsmath,amssymb,bm,mathtools}
\usepackage[paperwidth=29cm,paperheight=36cm,margin=1cm]{geometry}
\pagestyle{empty}\begin{document}
\[ %s \]
\[ %s \]
\end{document}
"""


def source(name: str, preset: str) -> str:
    """The LaTeX of a model and of its derivation."""
    model, notation = library.get(name), Notation.named(preset)
    d = sr.bptt(model, upstream=None if model.loss is not None else model.states[0])
    return PAGE % (latex(model, notation), latex(d, notation))


def digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()[:16]


def picture(text: str, path: Path) -> None:
    """The page as a PNG without its margins."""
    with tempfile.TemporaryDirectory() as folder:
        here = Path(folder)
        (here / "page.tex").write_text(text, encoding="utf-8")
        run = ["pdflatex", "-interaction=nonstopmode", "-halt-on-error", "-no-shell-escape", "page.tex"]
        subprocess.run(run, cwd=here, check=True, capture_output=True)
        subprocess.run(
            ["pdftoppm", "-r", "60", "-gray", "-png", "-singlefile", "page.pdf", "page"], cwd=here, check=True
        )
        if shutil.which("convert"):
            trim = [
                "convert",
                "page.png",
                "-trim",
                "-bordercolor",
                "white",
                "-border",
                "6",
                "-colors",
                "16",
                "page.png",
            ]
            subprocess.run(trim, cwd=here, check=True)
        path.write_bytes((here / "page.png").read_bytes())


def main() -> None:
    seen = {}
    for name in CHAPTER:
        for preset in PRESETS:
            text = source(name, preset)
            picture(text, PICTURES / f"{name}-{preset}.png")
            seen[f"{name}-{preset}"] = digest(text)
    SEEN.write_text(json.dumps(seen, indent=1, sort_keys=True) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
