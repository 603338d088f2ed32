"""Which characters make up words."""

from __future__ import annotations

# Scripts that write without spaces: Thai, Lao, Burmese, Khmer, Japanese kana, Chinese characters. For a regular
# expression's character class.
UNSPACED = "\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u9fff\U00020000-\U0003ffff"
HANGUL = "\u1100-\u11ff\uac00-\ud7af"  # Korean: with spaces, but with its particles joined to the words
