"""One derivation as a page, as a fragment for an article, as slides and as a notebook; each says where it stands."""

import tempfile
from pathlib import Path

import symrnn as sr

model = sr.models.elman()
document = sr.document(
    model,
    pictures=[sr.circuit(model) | sr.unfolded(model, sr.tau)],
    code=sr.to_numpy(model).source,
)

with tempfile.TemporaryDirectory() as name:
    folder = Path(name)
    document.save(folder / "elman.html")
    document.save(folder / "elman.ipynb")
    document.save(folder / "elman.tex", fragment=True, prefix="A.")
    document.save(folder / "slides.tex", beamer=True)
    for path in sorted(folder.iterdir()):
        print(f"{path.name:12} {len(path.read_text(encoding='utf-8').splitlines()):4} lines")

fragment = document.render(".tex", fragment=True)
print(r"\label{eq:elman-grad-W}" in fragment, r"\documentclass" in fragment)
