"""`tousu policy measure`: how well words class complaints that people have labelled."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from tousu.cli import options

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tousu.policy.measuring import ClassedText, ClassingFigures, Figures, LabelledText

HEADING = ("class", "texts", "precision", "recall", "F1", "held out", "precision", "recall", "F1")


def measure(
    file: Annotated[Path, typer.Argument(help="Labelled texts, one JSON object a line.", metavar="FILE")],
    pack: Annotated[str, typer.Option(help="Measure the classes of this pack: a name under policies/ or a path.")] = "",
    words: Annotated[
        str, typer.Option(help="Measure these lists alone, all classes equally grave: a name under policies/words/.")
    ] = "",
    wrong: Annotated[
        bool, typer.Option("--wrong", help="List what went wrong; texts held out are never listed.")
    ] = False,
    markdown: Annotated[bool, typer.Option("--markdown", help="The table as docs/classification.md shows it.")] = False,
    as_json: options.AsJson = False,
) -> None:
    """Measure precision and recall of words on labelled texts, per class, and for those held out by themselves.

    Precision: of the texts given a class, how many want it. Recall: of those that want it, how many were given it.
    What goes to triage is given no class.

    Example: tousu policy measure examples/texts/courier.jsonl --words courier
    """
    from tousu.cli import output
    from tousu.policy.loading import load_pack, load_words
    from tousu.policy.measuring import answers_of_pack, answers_of_words, labelled_texts, measured

    if bool(pack) == bool(words):
        raise typer.BadParameter("say either --pack or --words, for example --words courier")
    if not file.is_file():
        raise typer.BadParameter(f"{file} is not there; labelled texts are in examples/texts")
    texts = labelled_texts(str(file), file.read_bytes().splitlines())
    if pack:
        loaded = load_pack(pack)
        answers, names = answers_of_pack(texts, loaded), list(loaded.classes)
    else:
        lists = load_words(words)
        answers, names = answers_of_words(texts, lists), list(lists.classes)
    held_out = measured([answer for answer in answers if answer.text.held_out], names)
    whole = measured(answers, names)
    shown = [answer for answer in answers if not answer.is_right and not answer.text.held_out]
    if as_json:
        output.json_document(
            {"all": _document(whole), "held_out": _document(held_out)}
            | ({"wrong": [_mistake(answer) for answer in shown]} if wrong else {})
        )
    elif markdown:
        output.lines(*as_markdown(whole, held_out))
    else:
        output.table(f"{file.name}: {summary(whole)}", HEADING, _rows(whole, held_out), right=HEADING[1:])
        output.lines(f"held out: {summary(held_out)}")
        output.lines(*_other_labels(texts, names))
        if wrong:
            columns = ("id", "wanted", "given", "words", "text")
            output.table("Wrong", columns, [
                (answer.text.id, answer.wanted, answer.given, "、".join(answer.words), answer.text.text)
                for answer in shown
            ])  # fmt: skip


def summary(classing: ClassingFigures) -> str:
    """The figures of all classes together in one line."""
    return (
        f"{classing.texts} texts, accuracy {_shown(classing.accuracy)}, "
        f"precision {_shown(classing.together.precision)}, recall {_shown(classing.together.recall)}, "
        f"to triage {_shown(classing.triage_share)}"
    )


def as_markdown(whole: ClassingFigures, held_out: ClassingFigures) -> list[str]:
    """The figures as docs/classification.md shows them."""
    rows = [HEADING, ("---",) * len(HEADING), *_rows(whole, held_out)]
    table = ["| " + " | ".join(map(str, row)) + " |" for row in rows]
    return [f"All: {summary(whole)}.", f"Held out: {summary(held_out)}.", "", *table]


def _other_labels(texts: Sequence[LabelledText], names: Sequence[str]) -> list[str]:
    """What is said of labels that are no class here: such texts want a person."""
    others = sorted({name for text in texts for name in (text.class_name, *text.also) if name} - {*names})
    return [f"no class here, so a person must look: {', '.join(others)}"] if others else []


def _rows(whole: ClassingFigures, held_out: ClassingFigures) -> list[tuple[object, ...]]:
    pairs = zip(
        (*whole.classes, whole.triage, whole.together), (*held_out.classes, held_out.triage, held_out.together),
        strict=True,
    )  # fmt: skip
    return [(scores.name, *_cells(scores), *_cells(kept)) for scores, kept in pairs]


def _cells(scores: Figures) -> tuple[object, ...]:
    return scores.wanted, _shown(scores.precision), _shown(scores.recall), _shown(scores.f1)


def _shown(share: float | None) -> str:
    return "" if share is None else f"{share:.2f}"


def _document(classing: ClassingFigures) -> dict[str, Any]:
    def figures(scores: Figures) -> dict[str, Any]:
        return {
            "class": scores.name, "texts": scores.wanted, "given": scores.given, "right": scores.right,
            "precision": scores.precision, "recall": scores.recall, "f1": scores.f1,
        }  # fmt: skip

    return {
        "texts": classing.texts, "right": classing.right, "accuracy": classing.accuracy,
        "triage_share": classing.triage_share,
        "classes": [figures(scores) for scores in classing.classes], "triage": figures(classing.triage),
        "together": figures(classing.together),
    }  # fmt: skip


def _mistake(classed: ClassedText) -> dict[str, Any]:
    return {
        "id": classed.text.id, "wanted": classed.wanted, "given": classed.given, "words": list(classed.words),
        "text": classed.text.text,
    }  # fmt: skip
