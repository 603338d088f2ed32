"""Licences are named only when a text clearly says which one it is."""

from __future__ import annotations

import pytest

from generation_functions.documents.licences import recognise_licence, spdx_licence


@pytest.mark.parametrize(
    ("text", "licence"),
    [
        ("Apache License\n   Version 2.0, January 2004\n ...", "Apache-2.0"),
        (
            "GNU GENERAL PUBLIC LICENSE\nVersion 3, 29 June 2007\n" + "." * 900 + "GNU Affero General Public License",
            "GPL-3.0",
        ),
        ("GNU LESSER GENERAL PUBLIC LICENSE\nVersion 2.1, February 1999", "LGPL-2.1"),
        ("Attribution-ShareAlike 4.0 International", "CC-BY-SA-4.0"),
        ("Attribution 4.0 International", "CC-BY-4.0"),
        ("Copyright X\nRedistribution and use in source and\nbinary forms, with or without ...", "BSD-2-Clause"),
        ("SPDX-License-Identifier: EUPL-1.2\n\nlong text", "EUPL-1.2"),
        ("All rights reserved.", None),
        ("", None),
    ],
)
def test_a_licence_text_is_recognised_or_left_unnamed(text: str, licence: str | None) -> None:
    assert recognise_licence(text) == licence


def test_an_spdx_line_may_hold_an_expression_in_any_kind_of_comment() -> None:
    assert spdx_licence("/* SPDX-License-Identifier: GPL-2.0-only WITH Classpath-exception-2.0 */") == (
        "GPL-2.0-only WITH Classpath-exception-2.0"
    )
    assert spdx_licence("<!-- SPDX-License-Identifier: MIT -->") == "MIT"
    assert spdx_licence("licensed under MIT") is None
