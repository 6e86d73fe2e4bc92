import type { FieldErrors } from '../../db/schema/record-links.ts'
import type { Fields } from '../policy.ts'
import { sameValue } from './canonical.ts'
import type { ItemGaps } from './items.ts'
import type { Mapping } from './mapping.ts'

// Gaps of an item: fields whose values do not fit, and references to items that have no records. They are not empty: the field
// keeps what both sides agreed on.

/** The platform's fields with what both sides agreed on where nothing could be read. */
export function keepGaps(provider: Fields, base: Fields, gaps: ItemGaps | undefined): Fields {
  if (!gaps) return provider
  const kept = { ...provider }
  for (const path of gaps.unfit) kept[path] = base[path]
  for (const { path } of gaps.unresolved) keepReference(kept, base, path)
  return kept
}

function keepReference(fields: Fields, base: Fields, path: string): void {
  const [, list, index, member] = /^(.+?)\.(\d+)\.(.+)$/.exec(path) ?? []
  if (list === undefined || !Array.isArray(fields[list])) {
    if (Object.hasOwn(base, path)) fields[path] = base[path]
    return
  }
  // Of a list the reference of the same place stays, where the object is otherwise the same.
  const [now, before] = [fields[list] as unknown[], base[list]]
  const was = Array.isArray(before) ? (before as unknown[])[Number(index)] : undefined
  if (!isObject(was) || !isObject(now[Number(index)])) return
  const reference = was[member!]
  const withIt = { ...(now[Number(index)] as object), [member!]: reference }
  if (reference !== undefined && sameValue(withIt, was)) fields[list] = now.with(Number(index), withIt)
}

/** The fields that an item shows and that do not fit; null for none. A reference that is not known may yet be: see references/unknown.ts. */
export function unfitFields(gaps: ItemGaps | undefined): FieldErrors | null {
  if (!gaps || gaps.unfit.length === 0) return null
  return Object.fromEntries(gaps.unfit.map(path => [path, 'FIELD_UNFIT' as const]))
}

/** Those of a link's field errors that are about the item as it was last seen: they stay until it is seen again. */
export function seenErrors(errors: FieldErrors | null): FieldErrors {
  return Object.fromEntries(Object.entries(errors ?? {}).filter(([, code]) => code !== 'FIELD_UNTOLD'))
}

/** What of an item does not fit, and what of `open`, the fields that the platform is still to be told, it cannot be told. */
export function fieldErrorsOf(
  mapping: Mapping,
  { hub, base }: { hub: Fields; base: Fields },
  open: readonly string[],
  gaps: ItemGaps | undefined,
): FieldErrors | null {
  const unfit = unfitFields(gaps)
  const untold = untoldFields(mapping.untold(hub, open, base))
  return unfit || untold ? { ...untold, ...unfit } : null
}

/** Fields that the platform cannot be told, as errors; null for none. */
export function untoldFields(paths: readonly string[]): FieldErrors | null {
  return paths.length === 0 ? null : Object.fromEntries(paths.map(path => [path, 'FIELD_UNTOLD' as const]))
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
