"""The command line with the network blocked: whoever reaches for it fails, and is written down.

python tests/support/offline_command.py REACHED run config.yaml
python tests/support/offline_command.py --but-loopback REACHED

With --but-loopback this machine itself may be talked to, by those that have servers of their own. Child processes are
not watched.
"""

from __future__ import annotations

import runpy
import sys
from pathlib import Path
from typing import Any

PROJECT = Path(__file__).resolve().parent.parent.parent
NETWORK = ("socket.connect", "socket.getaddrinfo", "socket.gethostbyname", "socket.sendto")
LOOPBACK = ("127.0.0.1", "::1", "localhost", "", None)


def main() -> None:
    """Run the command line; what it reached for stands in the file REACHED, which is not there if it was nothing."""
    but_loopback = sys.argv[1] == "--but-loopback"
    if but_loopback:
        del sys.argv[1]
    reached = Path(sys.argv[1])

    def forbid(event: str, arguments: tuple[Any, ...]) -> None:
        if event in NETWORK and not (but_loopback and _is_here(event, arguments)):
            with reached.open("a") as file:
                file.write(f"{event} {arguments[1:]}\n")
            raise ConnectionRefusedError(f"the network is blocked: {event} {arguments[1:]}")

    sys.addaudithook(forbid)
    sys.argv = [str(PROJECT / "run_augmentoolkit.py"), *sys.argv[2:]]
    sys.path.insert(0, str(PROJECT))
    runpy.run_path(sys.argv[0], run_name="__main__")


def _is_here(event: str, arguments: tuple[Any, ...]) -> bool:
    """Whether this machine is meant; what is no internet address is a socket file."""
    target = arguments[1] if event in ("socket.connect", "socket.sendto") else arguments[0]
    host = target[0] if isinstance(target, tuple) else target
    return host in LOOPBACK or (not isinstance(target, tuple) and event == "socket.connect")


if __name__ == "__main__":
    main()
