import { plainText } from './format.ts'

/** One record of CSV (RFC 4180): every cell in quotes, quotes doubled. */
export function csvLine(cells: (string | number)[]): string {
  return `${cells.map((cell) => `"${inert(String(cell)).replaceAll('"', '""')}"`).join(',')}\r\n`
}

/** A spreadsheet runs what begins like a formula; an apostrophe before it makes it text (OWASP, CSV Injection). */
function inert(cell: string): string {
  const text = plainText(cell)
  return /^\s*[=+\-@\uff1d\uff0b\uff0d\uff20]|^[\t\n]/.test(text) ? `'${text}` : text
}
