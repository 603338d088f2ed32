"""A project whose pipelines misbehave in every way, and hosts to ask about them."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from web.pipelines.host import PipelineHost
from web.settings import Settings

MODULES = {
    "good.py": '''
def good(run, text: str = "a", size: int = 3):
    """Do good.

    Args:
        text: What to do it with.
    """
''',
    "exits.py": "import os\nos._exit(7)\n",
    "leaves.py": "raise SystemExit(0)\n",
    "hangs.py": "while True:\n    pass\n",
    "raises.py": "from nowhere import nothing\n",
    "odd.py": "class OddError(Exception):\n    pass\nraise OddError('unheard of')\n",
    "chatty.py": (
        "import sys\nprint('{\"answer\": {}}')\nsys.stdout.flush()\n"
        "try:\n    input()\nexcept EOFError:\n    pass\ndef chatty(run):\n    '''Talk.'''\n"
    ),
    "environment.py": (
        "import os\ndef environment(run):\n    pass\nenvironment.__doc__ = os.environ.get('ATK_TOKEN', 'none')\n"
    ),
    "never.py": "from pathlib import Path\nPath('imported').touch()\ndef never(run):\n    pass\n",
}


@pytest.fixture
def pipes(project: Path) -> Path:
    """The folder of a project with those pipelines; `never.py` is not registered."""
    names = [Path(name).stem for name in MODULES if name != "never.py"]
    for name, text in MODULES.items():
        (project / name).write_text(text, encoding="utf-8")
    package = project / "package"
    package.mkdir()
    (package / "__init__.py").write_text(MODULES["never.py"], encoding="utf-8")
    (package / "pipeline.py").write_text(MODULES["never.py"], encoding="utf-8")
    aliases = "".join(f"  {name}: {name}.py\n" for name in names)
    (project / "super_config.yaml").write_text(f"path_aliases:\n{aliases}", encoding="utf-8")
    return project


Hosts = Callable[..., PipelineHost]


@pytest.fixture
def host_of(pipes: Path, settings: Settings) -> Iterator[Hosts]:
    """Makes hosts over `pipes` that notice edits at once; ends them."""
    hosts: list[PipelineHost] = []

    def make(chosen: Settings = settings, **limits: float) -> PipelineHost:
        hosts.append(PipelineHost(chosen, **{"compare_every": 0.0, **limits}))
        return hosts[-1]

    yield make
    for host in hosts:
        host.close()


@pytest.fixture
def host(host_of: Hosts) -> PipelineHost:
    """A host over `pipes`."""
    return host_of()
