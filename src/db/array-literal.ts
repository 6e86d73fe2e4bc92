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

const textOid = 25

/**
 * A `text[]` of texts full of quotes, such as JSON, in Postgres' binary form, which escapes nothing (array_recv): a
 * statement that reads such texts one by one takes half the time that it takes over one `jsonb` array of them.
 */
export function textArrayBytes(values: readonly string[]): Buffer {
  const lengths = values.map(value => Buffer.byteLength(value))
  const bytes = Buffer.allocUnsafe(headLength + lengths.reduce((sum, length) => sum + 4 + length, 0))
  // One dimension (none when it is empty), no nulls, what its elements are, how many, numbered from 1.
  let at = 0
  for (const word of values.length === 0 ? [0, 0, textOid] : [1, 0, textOid, values.length, 1])
    at = bytes.writeInt32BE(word, at)
  for (const [index, value] of values.entries()) {
    at = bytes.writeInt32BE(lengths[index]!, at)
    at += bytes.write(value, at)
  }
  return bytes.subarray(0, at)
}

const headLength = 20
