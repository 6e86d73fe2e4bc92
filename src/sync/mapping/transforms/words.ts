import { isNumber } from '../../../calls/json-path.ts'
import type { TransformOf } from '../../../catalogue/schema/items/transforms.ts'
import { unfit, type Transform } from './transform.ts'

type Scalar = string | number | boolean

export const lowerCaseCode: Transform = {
  in: value => (typeof value === 'string' ? value.toUpperCase() : unfit),
  out: value => (typeof value === 'string' ? value.toLowerCase() : unfit),
}

/** Text, whatever a cell makes of it. */
export const anyText: Transform = {
  in: value =>
    typeof value === 'string' ? value : isNumber(value) || typeof value === 'boolean' ? String(value) : unfit,
  out: value => (typeof value === 'string' ? value : unfit),
}

/** Two values for yes and no. */
export function yesOrNo({ yes, no }: TransformOf<'boolean'>): Transform {
  return {
    in: value => (value === yes ? true : value === no ? false : unfit),
    out: value => (value === true ? yes : value === false ? no : unfit),
  }
}

/** A table of the hub's words and the platform's values. */
export function wordTable({ values, otherwise }: TransformOf<'enum'>): Transform {
  const rows = Object.entries(values).map(([word, own]) => [word, Array.isArray(own) ? own : [own]] as const)
  const words = new Map<unknown, string>(rows.flatMap(([word, own]) => own.map(value => [value, word])))
  const told = new Map<unknown, Scalar>(rows.map(([word, own]) => [word, own[0]!]))
  const kept = (value: unknown) => (otherwise === 'keep' && typeof value === 'string' ? value : unfit)
  return {
    in: value => words.get(value) ?? kept(value),
    out: word => told.get(word) ?? kept(word),
  }
}

/** The same whatever the platform has. */
export function constant({ value }: TransformOf<'constant'>): Transform {
  return { in: () => value, out: () => value, readsEmpty: true, saysOfEmpty: true }
}
