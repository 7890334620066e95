"""`tousu policy train`: learn anew the weights beside a file of words."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

_ASSIGNED_FROM, _ASSIGNED_TO = 0x3400, 0xA000


def train(
    words: Annotated[str, typer.Argument(help="A file of words under policies/words/.", metavar="WORDS")],
    texts: Annotated[Path, typer.Option(help="The folder of labelled texts.")] = Path("examples/texts"),
) -> None:
    """Learn from labelled texts by which grams a class is known, and write the weights beside the words.

    Texts held out are not learned from. Needs the dependency group train: deploy/local/setup.py --group train.

    Example: tousu policy train courier
    """
    from tousu.cli import output
    from tousu.policy.loading import load_words, path_of_words, weights_path
    from tousu.policy.measuring import labelled_texts
    from tousu.policy.training import as_file, examples, learned

    files = sorted(texts.glob("*.jsonl"))
    if not files:
        raise typer.BadParameter(f"no labelled texts (*.jsonl) in {texts}; name their folder with --texts")
    lists = load_words(words, with_weights=False)
    labelled = {file.stem: labelled_texts(str(file), file.read_bytes().splitlines()) for file in files}
    sample = examples(lists, labelled)
    try:
        weights = learned(lists, sample, _scripts())
    except ModuleNotFoundError as error:
        raise typer.BadParameter(
            f"{error.name} is not installed; python3 deploy/local/setup.py --group train brings it"
        ) from error
    path = weights_path(path_of_words(words))
    path.write_bytes(as_file(weights))
    output.lines(f"{path}: {len(weights.grams)} grams from {len(sample)} texts and words")


def _scripts() -> dict[str, str]:
    """Traditional characters and the simplified ones that they count as, one for one."""
    from opencc import OpenCC

    convert = OpenCC("t2s").convert
    pairs = ((sign, convert(sign)) for sign in map(chr, range(_ASSIGNED_FROM, _ASSIGNED_TO)))
    return {sign: other for sign, other in pairs if other != sign and len(other) == 1}
