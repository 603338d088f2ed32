"""PowerPoint (.pptx): each slide a page, with its title as a heading, its tables and its notes."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from io import BytesIO
from typing import TYPE_CHECKING

from generation_functions.documents.document import Extraction, LostPart
from generation_functions.documents.readers.markdown_tables import markdown_table
from generation_functions.documents.zip_safety import open_zip, refuse_entities
from generation_functions.errors import UnreadableDocumentError

if TYPE_CHECKING:
    from pptx.chart.chart import Chart
    from pptx.shapes.base import BaseShape
    from pptx.slide import Slide

# What PowerPoint and python-pptx put in when nobody gave a title.
_NO_TITLE = "PowerPoint Presentation"
_PICTURES_ONLY = "no text on it: it holds pictures only, and OCR is not included"


def read_powerpoint(data: bytes) -> Extraction:
    """The title is the document property, else the first slide's."""
    from pptx import Presentation
    from pptx.exc import PythonPptxError

    refuse_entities(open_zip(data, ".pptx"), ".pptx")
    try:
        presentation = Presentation(BytesIO(data))
    except PythonPptxError as error:
        raise UnreadableDocumentError(f"it is not a .pptx file or is damaged ({error})") from error
    pages: list[str] = []
    lost: list[LostPart] = []
    title = (presentation.core_properties.title or "").strip()
    if title == _NO_TITLE:
        title = ""
    for number, slide in enumerate(presentation.slides, start=1):
        text = "\n\n".join(filter(None, _slide_blocks(slide)))
        if not text.strip() and _has_pictures(slide):
            lost.append(LostPart(f"page {number}", _PICTURES_ONLY))
        pages.append(text)
        title = title or _title_of(slide)
    return Extraction(parts=tuple(pages), paged=True, title=title, lost=tuple(lost))


def _title_of(slide: Slide) -> str:
    shape = slide.shapes.title
    return " ".join(shape.text_frame.text.split()) if shape is not None else ""


def _has_pictures(slide: Slide) -> bool:
    from pptx.enum.shapes import MSO_SHAPE_TYPE

    return any(shape.shape_type == MSO_SHAPE_TYPE.PICTURE for shape in slide.shapes)


def _slide_blocks(slide: Slide) -> Iterator[str]:
    title = _title_of(slide)
    if title:
        yield f"# {title}"
    title_shape = slide.shapes.title
    for shape in _flattened(slide.shapes):
        if title_shape is None or shape.shape_id != title_shape.shape_id:
            yield from _shape_blocks(shape)
    if slide.has_notes_slide and slide.notes_slide.notes_text_frame is not None:
        notes = slide.notes_slide.notes_text_frame.text.strip()
        if notes:
            yield f"Notes: {notes}"


def _flattened(shapes: Iterable[BaseShape]) -> Iterator[BaseShape]:
    """Shapes in drawing order, those of groups in the place of the group."""
    from pptx.shapes.group import GroupShape

    for shape in shapes:
        if isinstance(shape, GroupShape):
            yield from _flattened(shape.shapes)
        else:
            yield shape


def _shape_blocks(shape: BaseShape) -> Iterator[str]:
    from pptx.shapes.autoshape import Shape
    from pptx.shapes.graphfrm import GraphicFrame

    if isinstance(shape, GraphicFrame) and shape.has_table:
        yield markdown_table([[cell.text for cell in row.cells] for row in shape.table.rows])
    elif isinstance(shape, GraphicFrame) and shape.has_chart:
        yield _chart_table(shape.chart)
    elif isinstance(shape, Shape):
        paragraphs = [(p.level, " ".join(p.text.split())) for p in shape.text_frame.paragraphs]
        filled = [(level, text) for level, text in paragraphs if text]
        if len(filled) > 1:
            yield "\n".join(f"{'  ' * level}- {text}" for level, text in filled)
        elif filled:
            yield filled[0][1]


def _chart_table(chart: Chart) -> str:
    rows: list[list[str]] = []
    for plot in chart.plots:
        series = list(plot.series)
        rows.append(["", *[one.name for one in series]])
        for i, category in enumerate(plot.categories):
            rows.append([str(category), *[str(_nth(list(one.values), i)) for one in series]])
    return markdown_table(rows)


def _nth(values: list[float | None], i: int) -> float | str:
    value = values[i] if i < len(values) else None
    return "" if value is None else value
