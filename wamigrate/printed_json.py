"""JSON that programs read beside the archive: indented, and also with names that are no text."""

import msgspec


def encode_indented(value: object) -> bytes:
    r"""Write a value as indented JSON, paths as strings.

    A file name whose bytes are no UTF-8 has lone surrogates in Python. They are written as escapes, which
    JSON allows (RFC 8259, section 8.2) and Python reads back as the same name.

    >>> encode_indented(["a\udcff.txt"])
    b'[\n  "a\\udcff.txt"\n]'
    """
    try:
        return msgspec.json.format(msgspec.json.encode(value, enc_hook=str), indent=2)
    except UnicodeEncodeError:
        import json  # noqa: PLC0415 - such names are rare

        return json.dumps(msgspec.to_builtins(value, enc_hook=str), indent=2).encode()
