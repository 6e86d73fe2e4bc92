import { isEmpty, type Field } from '../field.ts'
import type { Values } from '../../../calls/json-write.ts'
import { valueBehind } from '../../../calls/json-path.ts'
import type { RowOptions } from '../../../catalogue/schema/items/fields.ts'

/**
 * What a platform is told that changes the rows of its list one by one, and keeps of a row what is not said: each with nothing but
 * what may be said of it, and with what is to be emptied. Rows that cannot be taken out are told behind the others.
 * @param told the rows as they are to be
 * @param own those that the platform has
 */
export function asRows(
  rows: RowOptions,
  fields: readonly Field[],
  told: readonly unknown[],
  own: readonly unknown[],
): Values[] {
  const mapped = fields.filter(({ options }) => options.only !== 'read').flatMap(({ targets }) => targets)
  const names = new Set([...rows.told, ...mapped.map(([name]) => name!)])
  const keyOf = (row: unknown) => (rows.key === undefined ? undefined : valueBehind(row, [rows.key]))
  const all = rows.key === undefined ? told : [...told, ...leftOut(told, own, keyOf)]
  const placeOf = (row: unknown, index: number) =>
    rows.key === undefined ? own[index] : own.find(one => !isEmpty(keyOf(row)) && keyOf(one) === keyOf(row))
  return all.map((row, index) => {
    const there = placeOf(row, index)
    return Object.fromEntries(
      [...names].flatMap(name => {
        const value = valueBehind(row, [name])
        if (value !== undefined) return [[name, value]]
        return isEmpty(valueBehind(there, [name])) ? [] : [[name, rows.cleared]]
      }),
    )
  })
}

function leftOut(told: readonly unknown[], own: readonly unknown[], keyOf: (row: unknown) => unknown): unknown[] {
  const said = new Set(told.map(keyOf))
  return own.filter(row => !said.has(keyOf(row)))
}
