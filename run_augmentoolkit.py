"""The command line of Augmentoolkit. See `python run_augmentoolkit.py --help`."""

from __future__ import annotations

import sys
import traceback
from collections.abc import Sequence

from generation_functions.commands.console import Console
from generation_functions.commands.parser import build_parser
from generation_functions.errors import AugmentoolkitError, ConfigError

INTERRUPTED = 130


def main(arguments: Sequence[str] | None = None, console: Console | None = None) -> int:
    """Run a command. Returns the exit code."""
    console = console or Console()
    args = build_parser().parse_args(arguments)
    try:
        code: int = args.command(args, console)
        console.out.flush()
        return code
    except AugmentoolkitError as error:
        return _failed(error, args.json, console)
    except KeyboardInterrupt:
        console.tell("interrupted")
        return INTERRUPTED
    except BrokenPipeError:  # the reader (head, less) has gone
        console.let_go_of_closed_pipe()
        return 0
    except Exception:  # noqa: BLE001 (the one place where everything must end as an exit code)
        console.tell(traceback.format_exc().rstrip())
        console.tell("\nThis came from the pipeline's own code or is a mistake in Augmentoolkit.")
        return AugmentoolkitError.exit_code


def _failed(error: AugmentoolkitError, as_json: bool, console: Console) -> int:
    if isinstance(error, ConfigError):
        count = len(error.problems)
        console.tell(f"{error}\n{count} problem{'s' if count != 1 else ''}; nothing was run.")
    else:
        console.tell(f"{'paused' if error.exit_code == 3 else 'error'}: {error}")
    if as_json and not console.answered:
        console.json({"status": "failed", "message": console.mask(str(error)), "exit_code": error.exit_code})
    return error.exit_code


if __name__ == "__main__":
    from generation_functions.references import load_environment

    load_environment()
    sys.exit(main())
