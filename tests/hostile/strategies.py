"""What hypothesis makes of scenario files and command lines: nearly right ones, with something wrong in them."""

from __future__ import annotations

import corpus
import yaml
from hypothesis import strategies as st

from analysis import parameters

KNOWN = parameters.known()

NUMBERS = st.one_of(
    st.integers().map(str),
    st.floats().map(repr),
    st.sampled_from(
        ["1:30", "0x10", "0200", "1_0", "1,5", ".5", "5.", "1e3", "1e400", "-0", "９", "NO", "~", "2024-01-01"]
    ),
    st.text(alphabet="0123456789.eE+-_:, xo\u0661\uff11\u2212", max_size=12),
)
NASTY = st.sampled_from(
    [
        "{{ 7*7 }}",
        "<script>",
        "`",
        "{raw}`x`",
        "=1+1",
        "\x1b[31m",
        "\ud800",
        "\u202e",
        "\r\n",
        "|",
        "$x$",
        "${x}",
        "'",
        '"',
        "\\",
    ]
)
WORDS = st.lists(st.one_of(st.text(max_size=12), NASTY), max_size=5).map("".join)
NAMES = st.one_of(
    st.sampled_from(sorted(KNOWN)),
    st.sampled_from(
        ["name", "title", "motive", "source", "parameters", "include", "<<", "__class__", "lambda", "pu\u0435"]
    ),
    st.text(max_size=12),
)
VALUES = st.one_of(
    NUMBERS, WORDS, st.sampled_from(["semianalysis", "documented"]), st.none(), st.booleans(), st.dates()
)
LEAVES = st.recursive(
    VALUES, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(NAMES, inner, max_size=3), max_leaves=6
)


@st.composite
def documents(draw: st.DrawFn) -> bytes:
    """A scenario file: written by a YAML library or by hand, then perhaps spoilt."""
    content = draw(
        st.one_of(
            st.fixed_dictionaries(
                {"parameters": st.dictionaries(NAMES, LEAVES, max_size=3)},
                optional={key: st.one_of(WORDS, LEAVES) for key in ("name", "title", "motive", "source")},
            ),
            LEAVES,
        )
    )
    if draw(st.booleans()):
        style, flow = draw(st.sampled_from([None, '"', "'", "|", ">"])), draw(st.booleans())
        text = yaml.safe_dump(content, allow_unicode=draw(st.booleans()), default_style=style, default_flow_style=flow)
        data = text.encode("utf-8", "surrogatepass")
    elif isinstance(content, dict):
        lines = []
        for key, value in content.items():
            if isinstance(value, dict):
                lines += [f"{key}:", *(f"  {inner}: {each}" for inner, each in value.items())]
            else:
                lines.append(f"{key}: {value}")
        data = "\n".join(lines).encode("utf-8", "surrogatepass")
    else:
        data = draw(st.sampled_from(corpus.seeds("scenario")))[:2000]
    for _ in range(draw(st.integers(0, 2))):
        place = draw(st.integers(0, len(data)))
        cut = draw(st.integers(0, 3))
        data = data[:place] + draw(st.binary(max_size=3)) + data[place + cut :]
    return data


ASSIGNMENTS = st.one_of(
    st.tuples(NAMES, st.one_of(NUMBERS, WORDS)).map("=".join), WORDS, st.sampled_from(sorted(corpus.ASSIGNMENTS))
)
AXES = st.one_of(
    st.tuples(
        NAMES, st.lists(NUMBERS, min_size=1, max_size=4), st.sampled_from([":", ","]), st.sampled_from(["", ":log"])
    ).map(lambda parts: f"{parts[0]}={parts[2].join(parts[1])}{parts[3]}"),
    st.tuples(st.sampled_from(sorted(KNOWN)), st.floats(0.1, 50), st.floats(0.1, 50), st.integers(1, 10**9)).map(
        lambda parts: f"{parts[0]}={parts[1]}:{parts[2]}:{parts[3]}"
    ),
    WORDS,
    st.sampled_from(sorted(corpus.AXES)),
)

# Target of the oracle -> what to try on it.
ALL = {
    "scenario": documents(),
    "assignment": ASSIGNMENTS.map(lambda text: text.encode("utf-8", "surrogatepass")),
    "axis": AXES.map(lambda text: text.encode("utf-8", "surrogatepass")),
}
