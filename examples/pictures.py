"""Draw a model: the circuit beside the unfolded graph, the backward pass, and the routes of one gradient."""

from pathlib import Path
from tempfile import mkdtemp

import symrnn as sr

folder = Path(mkdtemp())
elman = sr.models.elman()
W, L = elman.parameters[1], elman.loss_terms[0]

both = sr.circuit(elman) | sr.unfolded(elman, tau=3)
print(both)
both.save(folder / "elman.svg")
both.save(folder / "elman.tex")

backward = sr.unfolded(elman, tau=3, gradient=True)
print("\nthe local Jacobians below the picture:")
for note in backward.layout.panels[0].notes:
    print("  ", note.label.plain)

routes = sr.unfolded(elman, tau=3, routes=(W, L[3]), style="dark")
print()
for note in routes.layout.panels[0].notes:
    print(note.label.plain)
routes.save(folder / "routes.svg")

sr.animate(elman, tau=3).save(folder / "unfold.svg")
assert len(list(folder.iterdir())) == 4
