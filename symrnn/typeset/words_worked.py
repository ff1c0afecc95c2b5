"""The words of worked examples and of sheets of exercises in English and in German."""

from __future__ import annotations

ENGLISH = {
    "worked.title": "{model}: worked in numbers",
    "worked.given": "What is given",
    "worked.drawn": "The sizes are {sizes}, and {last}. Every number is computed with all its digits and shown with "
    "four decimals.",
    "worked.drawn_scalar": "The model is scalar, and {last}. Every number is computed with all its digits and shown "
    "with four decimals.",
    "worked.forward": "Forward in time",
    "worked.at": "Time {time}",
    "worked.loss": "The loss",
    "worked.backward": "Backward in time",
    "worked.no_loss": "This model has no loss, so nothing comes back.",
    "worked.ones": "Each term of the loss has the adjoint 1: {of}.",
    "worked.gradients": "Gradients",
    "worked.paths": "What each input does to each term of the loss",
    "worked.paths_one": "The whole effect of each input on the loss, along all paths:",
    "worked.paths_many": "Each entry is the sum over all paths from the input at time t to the term at time s; no path "
    "runs back in time. The sum over s is the gradient by the input.",
    "worked.along": "Along the path the Jacobians are multiplied, one factor a step:",
    "worked.all": "sum over s",
    "worked.checked": "Checked: every entry of every gradient agrees with differences of the loss (largest "
    "difference {worst}).",
    "scheme.title": "{title}: marking scheme",
    "scheme.rule": "A right answer earns all points of its part, however it was found. A wrong one earns what "
    "remains after the mistake that is named, of two the product; by hand, the points of the steps that are right.",
    "scheme.follow": "What follows rightly from a wrong answer to an earlier part earns all its points.",
    "scheme.variant": "Variant {variant}",
    "scheme.mistakes": "What remains after a mistake",
    "scheme.question": "question",
    "scheme.step": "step",
    "scheme.points": "points",
    "scheme.mistake": "mistake",
    "scheme.what": "what it is",
    "scheme.remains": "remains",
    "sheet.points": "{points} points",
    "sheet.solutions": "with solutions",
    "sheet.answer": "Answer: ",
    "sheet.code": "One program that is right:",
    "worked.unchecked": "The model stops or replaces derivatives, so differences of the loss measure something else; "
    "the lines of the derivation are checked by symrnn verify.",
}
GERMAN = {
    "worked.title": "{model}: in Zahlen gerechnet",
    "worked.given": "Was gegeben ist",
    "worked.drawn": "Die Größen sind {sizes}, und {last}. Jede Zahl ist mit allen Stellen gerechnet und mit vier "
    "Nachkommastellen gezeigt.",
    "worked.drawn_scalar": "Das Modell ist skalar, und {last}. Jede Zahl ist mit allen Stellen gerechnet und mit vier "
    "Nachkommastellen gezeigt.",
    "worked.forward": "Vorwärts in der Zeit",
    "worked.at": "Zeit {time}",
    "worked.loss": "Der Verlust",
    "worked.backward": "Rückwärts in der Zeit",
    "worked.no_loss": "Dieses Modell hat keinen Verlust, also kommt nichts zurück.",
    "worked.ones": "Jeder Summand des Verlusts hat die Adjungierte 1: {of}.",
    "worked.gradients": "Gradienten",
    "worked.paths": "Was jede Eingabe mit jedem Summanden des Verlusts macht",
    "worked.paths_one": "Die ganze Wirkung jeder Eingabe auf den Verlust, über alle Wege:",
    "worked.paths_many": "Jeder Eintrag ist die Summe über alle Wege von der Eingabe zur Zeit t zum Summanden zur Zeit "
    "s; kein Weg läuft in der Zeit zurück. Die Summe über s ist der Gradient nach der Eingabe.",
    "worked.along": "Längs des Weges werden die Jacobi-Matrizen multipliziert, für jeden Schritt eine:",
    "worked.all": "Summe über s",
    "worked.checked": "Geprüft: jeder Eintrag jedes Gradienten stimmt mit Differenzen des Verlusts überein (größter "
    "Unterschied {worst}).",
    "scheme.title": "{title}: Bewertung",
    "scheme.rule": "Eine richtige Antwort bringt alle Punkte ihres Teils, wie auch immer sie gefunden wurde. Eine "
    "falsche bringt, was nach dem genannten Fehler bleibt, bei zweien das Produkt; von Hand die Punkte der richtigen "
    "Schritte.",
    "scheme.follow": "Was aus einer falschen Antwort zu einem früheren Teil richtig folgt, bringt alle seine Punkte.",
    "scheme.variant": "Variante {variant}",
    "scheme.mistakes": "Was nach einem Fehler bleibt",
    "scheme.question": "Aufgabe",
    "scheme.step": "Schritt",
    "scheme.points": "Punkte",
    "scheme.mistake": "Fehler",
    "scheme.what": "Was es ist",
    "scheme.remains": "Es bleiben",
    "sheet.points": "{points} Punkte",
    "sheet.solutions": "mit Lösungen",
    "sheet.answer": "Antwort: ",
    "sheet.code": "Ein Programm, das stimmt:",
    "worked.unchecked": "Das Modell hält Ableitungen an oder ersetzt sie, darum messen Differenzen des Verlusts etwas "
    "anderes; die Zeilen der Herleitung prüft symrnn verify.",
}
