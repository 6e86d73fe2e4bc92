import type { Echoes, FieldEcho } from '../../db/schema/record-links.ts'
import { sameValue } from '../mapping/canonical.ts'
import type { Fields } from '../policy.ts'

// A platform may write a value its own way: a telephone number in digits only, a name cut short. What it makes of a value is
// remembered, so that the value counts as told: two platforms that each have their own way would write to each other for ever.

const pairsPerField = 8
/** What the answer to a write says is sure at once; a later reading could be somebody's change, unless it comes again. */
export const sureAfter = 3

/** The hub's fields with what the platform has already made of them, where that is what it has. */
export function asPlatformHas(echoes: Echoes | null, base: Fields, hub: Fields): Fields {
  const fields = { ...hub }
  for (const [path, { pairs }] of Object.entries(echoes ?? {})) {
    const isKnown = pairs.some(
      ({ sent, got, seen }) => seen >= sureAfter && sameValue(got, base[path]) && sameValue(sent, hub[path]),
    )
    if (isKnown) fields[path] = base[path]
  }
  return fields
}

/** What is remembered after the platform has answered a write of `told`, which took its fields from `before`. */
export function echoesOfAnswer(
  echoes: Echoes | null,
  paths: readonly string[],
  { before, told, got }: { before: Fields; told: Fields; got: Fields },
): Echoes | null {
  const after: Echoes = { ...echoes }
  for (const path of paths) {
    const { pairs } = after[path] ?? { pairs: [] }
    if (!sameValue(told[path], got[path])) after[path] = { pairs: paired(pairs, told[path], got[path], sureAfter) }
    else if (!sameValue(told[path], before[path])) after[path] = { told: told[path], pairs }
  }
  return orNull(after)
}

/** What is remembered after the platform was looked at. What it shows first after a write may be what it made of it. */
export function echoesOfChange(echoes: Echoes | null, base: Fields, got: Fields): Echoes | null {
  const after: Echoes = {}
  for (const [path, { told, pairs }] of Object.entries(echoes ?? {})) {
    const isMadeOf = told !== undefined && sameValue(told, base[path]) && !sameValue(told, got[path])
    after[path] = { pairs: isMadeOf ? paired(pairs, told, got[path], 1) : pairs }
  }
  return orNull(after)
}

function paired(pairs: FieldEcho['pairs'], sent: unknown, got: unknown, seen: number): FieldEcho['pairs'] {
  const isThis = (pair: FieldEcho['pairs'][number]) => sameValue(pair.sent, sent)
  const known = pairs.find(pair => isThis(pair) && sameValue(pair.got, got))
  const pair = { sent, got, seen: Math.min(sureAfter, (known?.seen ?? 0) + seen) }
  return [pair, ...pairs.filter(other => !isThis(other))].slice(0, pairsPerField)
}

function orNull(echoes: Echoes): Echoes | null {
  const kept = Object.entries(echoes).filter(([, { told, pairs }]) => told !== undefined || pairs.length > 0)
  return kept.length === 0 ? null : Object.fromEntries(kept)
}
