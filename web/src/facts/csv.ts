// A table as CSV. Cells that a spreadsheet would work out are kept as text.

const cell = (text: string): string => `"${(/^[=+\-@\t\r]/.test(text) ? `'${text}` : text).replaceAll('"', '""')}"`;

export const toCsv = (rows: string[][]): string => `${rows.map((row) => row.map(cell).join(",")).join("\r\n")}\r\n`;
