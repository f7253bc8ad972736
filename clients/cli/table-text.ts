/** Rows in columns, numbers to the right. The first row is the head. */
export function tableText(rows: readonly (readonly string[])[]): string {
  const body = rows.slice(1);
  const widths = rows[0].map((_, column) => Math.max(...rows.map((row) => row[column].length)));
  const isNumeric = widths.map((_, column) => body.length > 0 && body.every((row) => /^[\d.eE+-]*$/.test(row[column])));
  return rows
    .map((row) =>
      row
        .map((cell, column) => (isNumeric[column] ? cell.padStart(widths[column]) : cell.padEnd(widths[column])))
        .join('  ')
        .trimEnd(),
    )
    .join('\n');
}
