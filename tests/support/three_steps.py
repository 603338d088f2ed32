"""A run of three model steps, as a process of its own that tests can kill: python three_steps.py URL FOLDER RECORDS."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterator
from pathlib import Path

HERE = Path(__file__).parent
sys.path.insert(0, str(HERE.parent.parent))

from generation_functions import AugmentoolkitError, Model, Record, Run, ask, record_id  # noqa: E402


def records(count: int) -> Iterator[Record]:
    for number in range(count):
        text = f"Fact number {number} of the harbour."
        yield {
            "id": record_id(text),
            "text": text,
            "title": "Harbour",
            "source": {"file": "harbour.txt", "chunk": record_id(text), "start": number, "end": number + 1},
        }


def to_row(record: Record) -> dict[str, object]:
    answer = " ".join(record[f"answer_{step}"] for step in (1, 2, 3))
    return {
        "messages": [{"role": "user", "content": record["text"]}, {"role": "assistant", "content": answer}],
    }


def main() -> int:
    parser = argparse.ArgumentParser()
    parser.add_argument("url")
    parser.add_argument("folder", type=Path)
    parser.add_argument("--records", type=int, default=2000)
    parser.add_argument("--concurrency", type=int, default=64)
    parser.add_argument("--timeout", type=float, default=60)
    parser.add_argument("--patience", type=float, default=60)
    parser.add_argument("--max-cost", type=float)
    parser.add_argument("--max-calls", type=int)
    parser.add_argument("--key", default="")
    parser.add_argument("--prompts", type=Path, default=HERE / "three_prompts")
    options = parser.parse_args()
    model = Model.model_validate(
        {
            "name": "fake",
            "base_url": options.url,
            "api_key": options.key or None,
            "concurrency_limit": options.concurrency,
            "timeout": options.timeout,
            "patience": options.patience,
            "prices": {"input": 1.0, "output": 2.0},
        }
    )
    try:
        with Run(
            options.folder,
            pipeline="three-steps",
            fingerprint="fixed",
            max_cost=options.max_cost,
            max_calls=options.max_calls,
        ) as run:
            wording = run.prompts(options.prompts)
            client = run.client(model)
            steps = [ask(client, wording[f"ask_{step}"], into=f"answer_{step}") for step in (1, 2, 3)]
            answered = run.map(records(options.records), *steps, name="answers")
            run.write("answers", answered, to_row)
    except AugmentoolkitError as error:
        sys.stderr.write(f"{error}\n")
        return error.exit_code
    return 0


if __name__ == "__main__":
    sys.exit(main())
