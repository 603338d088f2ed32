"""Chat templates: how a conversation becomes the text that a model reads.

Rendering, training and serving use the very same Jinja file, so a template is loaded once, by the name of a preset
or the path of a file, and travels with the data.
"""

from generation_functions.chat_templates.chat_template import ChatTemplate
from generation_functions.chat_templates.loading import PRESETS, load_template

__all__ = ["PRESETS", "ChatTemplate", "load_template"]
