"""The command line with the network blocked: whoever reaches for it fails, and is written down.

python tests/support/offline_command.py REACHED run config.yaml
"""

from __future__ import annotations

import runpy
import sys
from pathlib import Path
from typing import Any

PROJECT = Path(__file__).resolve().parent.parent.parent
NETWORK = ("socket.connect", "socket.getaddrinfo", "socket.gethostbyname", "socket.sendto")


def main() -> None:
    """Run the command line; what it reached for stands in the file REACHED, which is not there if it was nothing."""
    reached = Path(sys.argv[1])

    def forbid(event: str, arguments: tuple[Any, ...]) -> None:
        if event in NETWORK:
            with reached.open("a") as file:
                file.write(f"{event} {arguments[1:]}\n")
            raise ConnectionRefusedError(f"the network is blocked: {event} {arguments[1:]}")

    sys.addaudithook(forbid)
    sys.argv = [str(PROJECT / "run_augmentoolkit.py"), *sys.argv[2:]]
    sys.path.insert(0, str(PROJECT))
    runpy.run_path(sys.argv[0], run_name="__main__")


if __name__ == "__main__":
    main()
