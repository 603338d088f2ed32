"""How a model's reply becomes a value: thinking removed, the declared format read, or a reason to ask again."""

from generation_functions.replies.formats import ReplyFormat, ReplyKind, parse_reply_format
from generation_functions.replies.reading import ReplyValue, read_reply
from generation_functions.replies.thinking import strip_thinking

__all__ = ["ReplyFormat", "ReplyKind", "ReplyValue", "parse_reply_format", "read_reply", "strip_thinking"]
