"""Rows read by DuckDB with the types of four fields; prints what it took as one line of JSON."""

import sys

import duckdb

from measured import print_measured

MAX_ROW_BYTES = 100_000_000
COLUMNS = """{
    key: 'VARCHAR',
    request: 'STRUCT(
        contents STRUCT(role VARCHAR, parts STRUCT("text" VARCHAR)[])[],
        "generationConfig" STRUCT(temperature DOUBLE, "maxOutputTokens" BIGINT))'
}"""


def check(threads: int, path: str) -> tuple[int, int]:
    connection = duckdb.connect(config={"threads": threads})
    rows, _ = connection.execute(
        f"""
        SELECT count(key), sum(len(request.contents[1].parts[1]."text")) + sum(request."generationConfig".temperature)
        FROM read_json(?, format = 'newline_delimited', maximum_object_size = {MAX_ROW_BYTES}, columns = {COLUMNS})
        """,
        [path],
    ).fetchone()
    return rows, 0


print_measured(lambda: check(int(sys.argv[1]), sys.argv[2]))
