"""Arguments and flags of the command line, each described once."""

from collections.abc import Callable
from pathlib import Path
from typing import Annotated, Final

import typer

from wamigrate.cli_values import completing, filled, one_of, path, whole_number
from wamigrate.formats import names

ORDERS: Final = ("dmy", "mdy", "ymd")
FORMS: Final = ("markdown", "raw")
POLICIES: Final = ("copy", "link", "omit")
SCHEMAS: Final = ("archive", "inspection", "migration", "report", "stats")


def complete(group: str) -> Callable[[str], list[str]]:
    """Make what completes the name of a format in a shell.

    Args:
        group: ``parsers`` or ``exporters``.

    """

    def matching(incomplete: str) -> list[str]:
        known = names("parsers") if group == "parsers" else names("exporters")
        return [name for name in known if name.startswith(incomplete)]

    return matching


Inputs = Annotated[
    list[str],
    typer.Argument(
        metavar="INPUT",
        help="File, ZIP archive, folder of one export or of several, or a quoted pattern ('chats/*.zip').",
        show_default=False,
    ),
]
To = Annotated[
    list[str],
    typer.Option(
        "--to",
        metavar="FORMAT",
        help="What to write; may be repeated.",
        autocompletion=complete("exporters"),
    ),
]
MergeTo = Annotated[
    list[str] | None,
    typer.Option(
        "--to",
        metavar="FORMAT",
        help="What to write; may be repeated. [default: json]",
        autocompletion=complete("exporters"),
    ),
]
Merge = Annotated[
    bool,
    typer.Option(
        "--merge", help="Make one result of all INPUTs; copies of the same chat become one, without doubles."
    ),
]
Output = Annotated[
    str | None,
    typer.Option(
        "-o",
        "--output",
        metavar="PATH|-",
        help="Where to write; several results go into it as a folder, as does one if it ends with a slash. "
        "- is standard output. A link stays: what it points to is written. "
        "[default: named after the input, in the current folder]",
        parser=filled("-o is"),
    ),
]
From = Annotated[
    str | None,
    typer.Option(
        "--from",
        metavar="FORMAT",
        help="What the input is. [default: found out]",
        autocompletion=complete("parsers"),
    ),
]
Zone = Annotated[
    str | None,
    typer.Option(
        "--tz",
        metavar="ZONE",
        help="Time zone of the phone, such as Europe/Berlin. [default: times as printed, without offset]",
    ),
]
DateOrder = Annotated[
    str | None,
    typer.Option(
        "--date-order",
        metavar="|".join(ORDERS),
        help="Order of day, month and year. [default: found out]",
        parser=one_of("--date-order", *ORDERS),
        autocompletion=completing(*ORDERS),
    ),
]
Year = Annotated[
    int | None,
    typer.Option(
        "--year",
        metavar="YYYY",
        help="Year of the first date, where dates show none. [default: found out]",
        parser=whole_number("--year", 1000, 9999, "a year of four digits, for example 2025"),
    ),
]
Chat = Annotated[
    str | None,
    typer.Option(
        "--chat",
        metavar="NAME",
        help="Only the chat of this name or number; an error where there is none. [default: all]",
    ),
]
Assistant = Annotated[
    str | None,
    typer.Option(
        "--assistant",
        metavar="NAME[=SERVICE]",
        help="Who is the assistant, by name or number, and of which service. [default: found out]",
    ),
]
Me = Annotated[str | None, typer.Option("--me", metavar="NAME", help="Who exported the chat.")]
Split = Annotated[
    str | None,
    typer.Option(
        "--split",
        metavar="auto|none|day|gap=6h",
        help="Where conversations end: where the subject changes, never, with the day, or after a pause. "
        "[default: auto]",
    ),
]
Text = Annotated[
    str,
    typer.Option(
        "--text",
        metavar="|".join(FORMS),
        help="Texts as CommonMark, or with WhatsApp's own marks.",
        parser=one_of("--text", *FORMS),
        autocompletion=completing(*FORMS),
    ),
]
Rejoin = Annotated[
    bool, typer.Option("--rejoin/--no-rejoin", help="Put the parts of answers that were cut together again.")
]
Repair = Annotated[
    bool,
    typer.Option(
        "--repair", help="Repair damage that is certain, such as eaten dollar signs; each repair is noted."
    ),
]
Redact = Annotated[
    bool,
    typer.Option(
        "--redact",
        help="Replace phone numbers, mail addresses, card and account numbers by placeholders such as "
        "[phone 1], everywhere but inside media files.",
    ),
]
After = Annotated[
    str | None,
    typer.Option("--after", metavar="DATE", help="Only messages of this day or moment, and later."),
]
Before = Annotated[
    str | None, typer.Option("--before", metavar="DATE", help="Only messages before this day or moment.")
]
Notices = Annotated[
    bool | None,
    typer.Option(
        "--notices/--no-notices",
        help="Keep what WhatsApp itself wrote. "
        "[default: yes in json, jsonl, csv, parquet, sqlite and html; else no]",
    ),
]
Media = Annotated[
    str | None,
    typer.Option(
        "--media",
        metavar="|".join(POLICIES),
        help="What to do with pictures and other files; not every format has all three. "
        "[default: copy; sqlite: link]",
        parser=one_of("--media", *POLICIES),
        autocompletion=completing(*POLICIES),
    ),
]
Options = Annotated[
    list[str] | None,
    typer.Option(
        "--option",
        metavar="FORMAT.KEY=VALUE",
        help="An option of a format, see `wamigrate formats`; may be repeated.",
    ),
]
Overwrite = Annotated[
    bool,
    typer.Option(
        "--overwrite",
        help="Replace an older result. What else is in its folder stays; a file that you changed is not "
        "replaced.",
    ),
]
Strict = Annotated[
    bool,
    typer.Option("--strict", help="Exit with code 9 if anything was doubtful or lost; write all the same."),
]
Jobs = Annotated[
    str | None,
    typer.Option(
        "--jobs",
        metavar="N|auto",
        help="How many inputs to convert at once, each by a process. [default: one at a time, and a second "
        "process helps with a long chat; 1 forbids that]",
    ),
]
Resume = Annotated[
    bool,
    typer.Option(
        "--resume",
        help="Leave what an earlier run has finished, and do what is left, or has changed since.",
    ),
]
Scheduler = Annotated[
    str | None,
    typer.Option(
        "--scheduler",
        metavar="ADDRESS|local",
        help="Let a Dask cluster do it (tcp://host:8786), or one of --jobs processes on this machine; needs "
        "wamigrate[cluster].",
    ),
]
ReportFile = Annotated[
    Path | None,
    typer.Option(
        "--report",
        metavar="FILE",
        help="Write counts and findings as JSON. Folders on the way are made, as for -o.",
        parser=path("--report is"),
    ),
]
Quiet = Annotated[
    bool, typer.Option("-q", "--quiet", help="Print errors and where the results are, no more.")
]
Debug = Annotated[bool, typer.Option("--debug", help="Show where in the program an error comes from.")]
Of = Annotated[
    str,
    typer.Option(
        "--of",
        metavar="|".join(SCHEMAS),
        help="What `--to json`, `--report`, or --json of `inspect`, `migrate` or `stats` writes.",
        parser=one_of("--of", *SCHEMAS),
        autocompletion=completing(*SCHEMAS),
    ),
]
Json = Annotated[bool, typer.Option("--json", help="Print JSON for programs.")]
