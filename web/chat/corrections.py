"""Corrections: answers that were rated down, until a person has written what is right; then rows to train on."""

from __future__ import annotations

from collections import Counter
from time import time

from pydantic import ValidationError

from generation_functions.datasets.rows import BrokenRowError
from generation_functions.datasets.writer import DatasetWriter
from generation_functions.records import stable_hash
from web.chat.kept_files import KeptFiles
from web.chat.schemas import (
    Chat,
    Correction,
    CorrectionPage,
    CorrectionState,
    CorrectionWish,
    ExportCorrections,
    ExportedCorrections,
    Rate,
    Rating,
    Said,
)
from web.files.places import disk_errors
from web.problems import ConflictError, InvalidError, NotFoundError
from web.roots import Root, inside
from web.settings import Settings

FOLDER = "corrections"
"""Of the state folder, and below inputs/."""


def correction_files(settings: Settings) -> KeptFiles:
    """Where corrections are kept."""
    return KeptFiles(settings.state, FOLDER)


def follow_rating(settings: Settings, chat: Chat, number: int, rate: Rate) -> Correction | None:
    """Make a correction of an answer that was rated down; taken back, it goes if nobody has worked on it."""
    files = correction_files(settings)
    answer = chat.messages[number]
    identity = stable_hash(chat.id, number, answer.content)[:24]
    with files.writing():
        known = _read(files, identity)
        if rate.rating != Rating.DOWN:
            if known is not None and known.state == CorrectionState.OPEN:
                files.delete(identity)
            return None
        now = time()
        before = [one for one in chat.messages[:number] if one.role != "assistant" or one.lane == answer.lane]
        correction = known or Correction(
            id=identity,
            state=CorrectionState.OPEN,
            chat=chat.id,
            message=number,
            model=answer.model,
            messages=[Said(role=one.role, content=one.content) for one in before],
            answer=answer.content,
            corrected="",
            note="",
            created=now,
            changed=now,
        )
        correction.note = rate.note or correction.note
        _write(files, correction)
    return correction


def correction_page(settings: Settings, state: CorrectionState | None, cursor: int, limit: int) -> CorrectionPage:
    """A page of corrections, the newest first."""
    found = _all(settings)
    chosen = [one for one in found if state is None or one.state == state]
    counts = Counter(str(one.state) for one in found)
    return CorrectionPage(
        items=chosen[cursor : cursor + limit],
        next=str(cursor + limit) if cursor + limit < len(chosen) else None,
        counts={str(one): counts[one] for one in CorrectionState},
    )


def decide(settings: Settings, identity: str, wish: CorrectionWish) -> Correction:
    """Write down what is right, or that it is not wanted.

    Raises:
        NotFoundError: There is no such correction.
        InvalidError: It is to be accepted, and nobody has written what is right.
    """
    files = correction_files(settings)
    with files.writing():
        correction = _read(files, identity)
        if correction is None:
            raise NotFoundError(f"there is no correction {identity}", code="no-such-correction")
        corrected = wish.corrected if wish.corrected.strip() else correction.corrected
        if wish.state == CorrectionState.ACCEPTED and not corrected.strip():
            raise InvalidError("write what the answer should be, then accept it", code="nothing-corrected")
        correction.state, correction.corrected = wish.state, corrected
        correction.note = wish.note or correction.note
        correction.changed = time()
        _write(files, correction)
    return correction


def forget_correction(settings: Settings, identity: str) -> None:
    """Delete a correction.

    Raises:
        NotFoundError: There is none.
    """
    if not correction_files(settings).delete(identity):
        raise NotFoundError(f"there is no correction {identity}", code="no-such-correction")


def export_corrections(settings: Settings, wish: ExportCorrections) -> ExportedCorrections:
    """Write the accepted ones as messages rows, which training takes.

    Raises:
        ConflictError: Nothing is accepted yet, or the file is there already.
        InvalidError: No row can be made of them.
    """
    accepted = sorted(
        (one for one in _all(settings) if one.state == CorrectionState.ACCEPTED), key=lambda one: (one.created, one.id)
    )
    if not accepted:
        raise ConflictError("no correction is accepted yet: write the right answer, and accept it", code="no-rows")
    path = inside(Root.INPUTS.folder(settings), f"{FOLDER}/{wish.name}.jsonl")
    shown = f"{Root.INPUTS}/{FOLDER}/{wish.name}.jsonl"
    if path.exists() and (not wish.overwrite or not path.is_file()):
        raise ConflictError(f"{shown} exists already; send overwrite to replace it", code="exists")
    left_out: list[str] = []
    with disk_errors(shown), DatasetWriter(path.parent, wish.name, "messages") as writer:
        for one in accepted:
            messages = [{"role": said.role, "content": said.content} for said in one.messages]
            try:
                writer.write({"id": one.id, "messages": [*messages, {"role": "assistant", "content": one.corrected}]})
            except BrokenRowError as error:
                left_out.append(error.problem)
        if not writer.rows:
            raise InvalidError(f"none of them makes a row to train on: {left_out[0]}", code="no-rows")
    return ExportedCorrections(path=shown, rows=writer.rows, tokens=writer.tokens, left_out=left_out)


def _all(settings: Settings) -> list[Correction]:
    files = correction_files(settings)
    found = (_read(files, identity) for identity in files.ids())
    return sorted((one for one in found if one is not None), key=lambda one: (-one.created, one.id))


def _read(files: KeptFiles, identity: str) -> Correction | None:
    try:
        found = files.read(identity)
        return Correction.model_validate(found) if found else None
    except ValidationError:
        return None


def _write(files: KeptFiles, correction: Correction) -> None:
    files.write(correction.id, correction.model_dump_json().encode())
