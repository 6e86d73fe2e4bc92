import { stepsOf, valueBehind } from '../../../calls/json-path.ts'
import { setAt, type Values } from '../../../calls/json-write.ts'
import type { TransformOf } from '../../../catalogue/schema/items/transforms.ts'

/** A list of one object, or none, in place of those of the platform's that it stands for; its others stay. */
export function laidSole(
  { value, where, beside = {} }: TransformOf<'sole'>,
  told: readonly unknown[],
  own: unknown,
): readonly unknown[] {
  if (!Array.isArray(own)) return told
  const all = own as unknown[]
  const isMeant = (one: unknown) => where === undefined || valueBehind(one, stepsOf(where.path)) === where.equals
  const meant = all.filter(isMeant)
  const places = [...(where ? [where.path] : []), value, ...Object.keys(beside)].map(stepsOf)
  const over = (one: unknown) =>
    meant.length === 1 ? places.reduce((whole, at) => setAt(whole, at, valueBehind(one, at)), meant[0] as Values) : one
  const first = all.findIndex(isMeant)
  const others = (from: number, to?: number) => all.slice(from, to).filter(one => !isMeant(one))
  return first < 0 ? [...all, ...told] : [...others(0, first), ...told.map(over), ...others(first)]
}
