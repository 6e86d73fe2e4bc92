/** Texts that stand in an array's literal as they are. */
const plain = /^[A-Za-z0-9_.:-]+$/

/**
 * A `text[]` as Postgres reads it (its documentation, 8.15.2): of long lists of ids and versions, which need no quotes, in a
 * fraction of the time that the driver takes for any list.
 */
export function textArray(values: readonly (string | null)[]): string {
  return `{${values.map(elementOf).join(',')}}`
}

function elementOf(value: string | null): string {
  if (value === null) return 'NULL'
  if (plain.test(value) && !/^null$/i.test(value)) return value
  return `"${value.replace(/["\\]/g, '\\$&')}"`
}
