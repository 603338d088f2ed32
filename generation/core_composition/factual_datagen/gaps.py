"""What the rows of each folder leave untaught, and questions for that."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import chain, islice

from generation.core_components.coverage import Coverage, untaught_facts
from generation.core_components.gap_filling import fill_gaps
from generation.core_components.system_context import with_system_context
from generation.core_composition.factual_datagen.corpora import CorpusRows, Recipe
from generation_functions import EmptyStageError, Prompts, Record, Records, Run


def cover(run: Run, made: Sequence[CorpusRows], recipe: Recipe, wording: Prompts, *, fill: bool) -> None:
    """Count the facts that rows teach, and with `fill` make a question for each of the others.

    What came of it is in the summary, for the card and the report.
    """
    found = Coverage()
    for corpus in made:
        if corpus.facts is None:
            continue
        teaching = [*corpus.pairs, *corpus.conversations, *corpus.labelled]
        holdout = recipe.shared["holdout"]
        untaught = untaught_facts(corpus.facts, teaching, found, holdout=holdout)
        if fill:
            _fill(run, corpus, untaught, recipe, wording, found)
        else:
            for record in untaught:
                found.miss(record)
    run.tell(coverage=found.as_dict())


def _fill(
    run: Run, corpus: CorpusRows, untaught: Iterator[Record], recipe: Recipe, wording: Prompts, found: Coverage
) -> None:
    first = list(islice(untaught, 1))
    if not first:
        return
    part = run.part(f"{corpus.corpus}/gaps", corpus=corpus.corpus)
    part.scope.sampled = True  # in a sample, its facts are those of chunks that were chosen already
    small, large = part.client(recipe.small), part.client(recipe.large)
    gaps = part.map(chain(first, untaught), name="untaught facts")
    try:
        pairs = fill_gaps(
            part, gaps, small, large, wording, votes=recipe.shared["votes"], language=recipe.shared["language"]
        )
    except EmptyStageError as error:
        run.note(f"{corpus.corpus}/gaps made nothing: {error}")
        _count(gaps, (), found)
        return
    _count(gaps, pairs, found)
    part.write("gaps", pairs, lambda record: _row(record, corpus.system_context), holdout=recipe.shared["holdout"])
    corpus.pairs.append(part.collected["gaps"].rows)


def _count(gaps: Records, pairs: Records | tuple[()], found: Coverage) -> None:
    """Pairs come in the order of their gaps, so one look ahead tells which gap was filled."""
    filled = iter(pairs)
    ahead = next(filled, None)
    for gap in gaps:
        taught = False
        while ahead is not None and (ahead["fact"], ahead["source"]["chunk"]) == (gap["fact"], gap["source"]["chunk"]):
            taught, ahead = True, next(filled, None)
        if taught:
            found.of(gap).taught += 1
        else:
            found.miss(gap)


def _row(record: Record, context: str | None) -> dict[str, object]:
    messages = [{"role": "user", "content": record["question"]}, {"role": "assistant", "content": record["answer"]}]
    return {"messages": with_system_context(messages, context)}
