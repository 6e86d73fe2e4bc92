// Texts that a spreadsheet takes for formulas (https://owasp.org/www-community/attacks/CSV_Injection).

/** Begins a formula, or would after a spreadsheet has taken an apostrophe away; full-width signs count as well. */
const formula = /^'*[=+\-@\t\r\n\uff1d\uff0b\uff0d\uff20]/
const plainNumber = /^[+-]?\d{1,40}(\.\d{1,40})?$/

/** A text that no spreadsheet calculates: with an apostrophe before it where one would. Numbers stay, signs and all. */
export function withGuard(text: string): string {
  return formula.test(text) && !plainNumber.test(text) ? `'${text}` : text
}

/** The text that was guarded. */
export function withoutGuard(text: string): string {
  return text.startsWith("'") && formula.test(text.slice(1)) && !plainNumber.test(text.slice(1)) ? text.slice(1) : text
}
