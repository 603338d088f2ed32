"""From a name to a pipeline function: aliases of super_config.yaml, files, folders, dotted modules."""

from __future__ import annotations

import importlib
import importlib.util
import inspect
import sys
import traceback
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from types import ModuleType

from generation_functions.errors import AugmentoolkitError, UsageError
from generation_functions.names import did_you_mean
from generation_functions.records import stable_hash
from generation_functions.schema import PipelineFunction, PipelineSchema, read_schema
from generation_functions.super_config import PROJECT, SuperConfig, alias_loop, read_super_config

# What importing somebody's module may raise; SystemExit too, or a script that exits would look finished.
IMPORT_TROUBLE = (
    ImportError,
    SyntaxError,
    NameError,
    AttributeError,
    TypeError,
    ValueError,
    LookupError,
    ArithmeticError,
    AssertionError,
    RuntimeError,
    OSError,
    SystemExit,
)


@dataclass(frozen=True)
class Pipeline:
    """A pipeline function and what it is called."""

    name: str
    reference: str
    """What a config writes after `pipeline:` to mean this one."""
    function: PipelineFunction

    @cached_property
    def schema(self) -> PipelineSchema:
        """What it takes."""
        return read_schema(self.function, self.name)

    @property
    def file(self) -> Path:
        """The file it is written in."""
        return Path(inspect.getfile(inspect.unwrap(self.function)))

    @property
    def folder(self) -> Path:
        return self.file.parent

    @property
    def own_config(self) -> Path | None:
        """The commented config that lies beside it, when there is one."""
        file = self.folder / "config.yaml"
        return file if self.file.name == "pipeline.py" and file.is_file() else None


@dataclass(frozen=True)
class Bounds:
    """What a config may reach that somebody else wrote: registered pipelines, and paths in `folders`."""

    folders: tuple[Path, ...] | None = None
    """None: any path."""

    def hold(self, path: Path) -> bool:
        """Whether `path` may be looked at; symbolic links are followed first."""
        if self.folders is None:
            return True
        real = path.resolve()
        return any(real.is_relative_to(folder.resolve()) for folder in self.folders)


class Registry:
    """Finds pipelines by name."""

    def __init__(self, super_config: SuperConfig, bounds: Bounds | None = None) -> None:
        self.super_config = super_config
        self.bounds = bounds
        self._found: dict[str, Pipeline] = {}

    @property
    def names(self) -> list[str]:
        """Every alias that leads straight to a pipeline, in the order of super_config.yaml."""
        aliases = self.super_config.aliases
        return [name for name, target in aliases.items() if target not in aliases]

    def find(self, name: str, near: Path | None = None) -> Pipeline:
        """The pipeline called `name`: an alias, FILE.py[:FUNCTION], FOLDER, or package.module:function.

        Files are looked for in the current directory, then in the folder `near`. Within bounds, an alias alone
        will do, and nothing else is looked at or imported.

        Raises UsageError when there is none, AugmentoolkitError when its module cannot be imported.
        """
        aliases = self.super_config.aliases
        if name in self._found:
            return self._found[name]
        if self.bounds is not None and name not in aliases:
            raise UsageError(unregistered(name, list(aliases)))
        loop = alias_loop(aliases, name)
        if loop:
            raise UsageError(f"the alias {name} goes round in a circle: {' -> '.join(loop)}")
        alias, target = "", name
        while target in aliases:
            alias, target = target, aliases[target]
        bases = [self.super_config.folder] if alias else [Path.cwd(), near or Path.cwd(), self.super_config.folder]
        place, _, function_name = _split(target)
        module, reference = self._module(place, bases, alias or name)
        function = _function(module, function_name, place)
        found_name = getattr(function, "__name__", function_name)
        found = Pipeline(alias or found_name, alias or f"{reference}:{found_name}", function)
        if alias:  # its schema is costly to make; what a file is called depends on where one stands
            self._found[name] = found
        return found

    def _module(self, place: str, bases: list[Path], name: str) -> tuple[ModuleType, str]:
        for base in bases:
            path = base / Path(place).expanduser()
            file = path / "pipeline.py" if path.is_dir() else path
            if file.is_file() and file.suffix == ".py":
                inside = Path(place) / "pipeline.py" if path.is_dir() else Path(place)
                return _import_file(file.resolve()), str(inside if base == Path.cwd() else file)
        if _looks_like_module(place):
            return _import(place), place
        known = [*self.super_config.aliases]
        hint = did_you_mean(name, known)
        looked = f"; no such file in {bases[0]}" if place.endswith(".py") or "/" in place else ""
        advice = hint or f"; known: {', '.join(known) or 'none (there is no super_config.yaml)'}"
        raise UsageError(f"no pipeline is called {name!r}{looked}{advice}")


def load_registry(super_config_file: Path | None = None, bounds: Bounds | None = None) -> Registry:
    """The registry of the current directory's super_config.yaml, or of the project's own."""
    return Registry(read_super_config(super_config_file), bounds)


def unregistered(name: str, known: Sequence[str]) -> str:
    """What to say about a pipeline that only the command line would run."""
    shown = name if len(name) <= 100 else name[:97] + "..."
    hint = did_you_mean(name[:100], known) or f"; known: {', '.join(known) or 'none'}"
    return f"{shown!r} is not registered: the service runs the names in path_aliases of super_config.yaml only{hint}"


def _split(target: str) -> tuple[str, str, str]:
    """`place:function` apart; a drive letter (C:\\x.py) is no place."""
    place, colon, function = target.rpartition(":")
    if colon and len(place) > 1 and function.isidentifier():
        return place, colon, function
    return target, "", ""


def _looks_like_module(place: str) -> bool:
    parts = place.split(".")
    if len(parts) < 2 or not all(part.isidentifier() for part in parts) or place.endswith(".py"):
        return False
    try:
        return importlib.util.find_spec(place) is not None
    except (ImportError, ValueError):
        return False


def _import(module: str) -> ModuleType:
    if str(PROJECT) not in sys.path:
        sys.path.insert(0, str(PROJECT))
    try:
        return importlib.import_module(module)
    except IMPORT_TROUBLE as error:
        raise AugmentoolkitError(_import_message(module, error)) from error


def _import_file(file: Path) -> ModuleType:
    """Import a file: as part of the project when it lies in it, otherwise on its own."""
    if file.is_relative_to(PROJECT):
        parts = file.relative_to(PROJECT).with_suffix("").parts
        if all(part.isidentifier() for part in parts):
            return _import(".".join(parts))
    name = f"pipeline_{file.stem}_{stable_hash(str(file))[:8]}"
    if name in sys.modules:
        return sys.modules[name]
    spec = importlib.util.spec_from_file_location(name, file)
    if spec is None or spec.loader is None:
        raise UsageError(f"{file} is not a Python file")
    if str(file.parent) not in sys.path:  # so that it can import what lies beside it
        sys.path.append(str(file.parent))
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module
    try:
        spec.loader.exec_module(module)
    except IMPORT_TROUBLE as error:
        del sys.modules[name]
        raise AugmentoolkitError(_import_message(str(file), error)) from error
    return module


def _import_message(place: str, error: BaseException) -> str:
    frames = traceback.extract_tb(error.__traceback__)
    frames = traceback.StackSummary(frame for frame in frames if "importlib" not in frame.filename)
    last = traceback.format_exception_only(error)[-1].strip()
    where = f" at {frames[-1].filename}:{frames[-1].lineno}" if len(frames) > 1 else ""
    if isinstance(error, SyntaxError) and error.filename:
        where = f" at {error.filename}:{error.lineno}"
    return f"{place} cannot be imported: {last}{where}"


def _function(module: ModuleType, name: str, place: str) -> PipelineFunction:
    functions = _public_functions(module)
    if name:
        chosen = getattr(module, name, None)
        if callable(chosen):
            return chosen  # type: ignore[no-any-return]
        known = ", ".join(functions) or "none"
        hint = did_you_mean(name, functions)
        raise UsageError(f"{place} has no function {name}{hint} (its functions: {known})")
    chosen_name = _default_function(module, list(functions))
    if chosen_name:
        return functions[chosen_name]
    if not functions:
        raise UsageError(f"{place} has no public function that could be a pipeline")
    choices = " or ".join(f"{place}:{function}" for function in functions)
    raise UsageError(f"{place} has several functions; say which one: {choices}")


def _public_functions(module: ModuleType) -> dict[str, PipelineFunction]:
    return {
        name: value
        for name, value in vars(module).items()
        if inspect.isfunction(value) and value.__module__ == module.__name__ and not name.startswith("_")
    }


def _default_function(module: ModuleType, functions: list[str]) -> str:
    """The function called like its folder or file, else the only `..._pipeline`, else the only one."""
    file = Path(module.__file__ or "")
    for stem in (file.parent.name, file.stem):
        stem = stem.replace("-", "_")
        for candidate in (stem, f"{stem}_pipeline", stem.removesuffix("_pipeline")):
            if candidate in functions:
                return candidate
    pipelines = [name for name in functions if name.endswith("_pipeline")]
    for group in (pipelines, functions):
        if len(group) == 1:
            return group[0]
    return ""
