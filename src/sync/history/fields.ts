import type { ChangedField } from '../../db/schema/record-changes.ts'
import { sameValue } from '../mapping/canonical.ts'

/** So many fields of one change are kept, and so much of a value. */
const mostFields = 100
const longestValue = 500

/** The fields in which two versions of a record's data differ, by path, with their values as far as those are kept. */
export function changedFields(before: unknown, after: unknown): ChangedField[] {
  const fields: ChangedField[] = []
  collect(fields, [], before, after)
  return fields
}

function collect(fields: ChangedField[], path: readonly string[], before: unknown, after: unknown): void {
  if (fields.length >= mostFields) return
  if (!isObject(before) || !isObject(after)) {
    if (!sameValue(before, after)) fields.push(changedField(path.join('.'), before, after))
    return
  }
  for (const key of new Set([...Object.keys(before), ...Object.keys(after)])) {
    collect(fields, [...path, key], before[key], after[key])
  }
}

/** One field of a change. A value that is too long is left out. */
export function changedField(path: string, before: unknown, after: unknown): ChangedField {
  const [kept, keptAfter] = [keptValue(before), keptValue(after)]
  return {
    path: path.slice(0, longestValue),
    ...(kept === undefined ? {} : { before: kept }),
    ...(keptAfter === undefined ? {} : { after: keptAfter }),
    ...(isCut(before, kept) || isCut(after, keptAfter) ? { cut: true } : {}),
  }
}

/** A value as a history keeps it; undefined for none, and for one that is too long. */
export function keptValue(value: unknown): unknown {
  if (value === undefined || value === null) return undefined
  if (typeof value === 'number' || typeof value === 'boolean') return value
  if (typeof value === 'string') return value.length <= longestValue ? value : undefined
  return JSON.stringify(value).length <= longestValue ? value : undefined
}

function isCut(value: unknown, kept: unknown): boolean {
  return kept === undefined && value !== undefined && value !== null
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
