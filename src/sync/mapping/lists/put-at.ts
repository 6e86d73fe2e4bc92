import { setAt, type Values } from '../../../calls/json-write.ts'
import type { Field } from '../field.ts'

/** A body with what is told of a field at its places. */
export function putAt(body: Values, { targets }: Pick<Field, 'targets'>, told: unknown): Values {
  if (targets.length === 1) return told === undefined ? body : setAt(body, targets[0]!, told)
  const parts = told as unknown[]
  return targets.reduce((whole, target, index) => {
    return parts[index] === undefined ? whole : setAt(whole, target, parts[index])
  }, body)
}
