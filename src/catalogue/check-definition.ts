import type { z } from 'zod'
import { crossReferenceFaults, type Fault } from './cross-references.ts'
import { providerDefinition, type ProviderDefinition } from './schema/definition.ts'

/** As JSON; the largest of the catalogue's has a tenth of it. */
const longestDefinition = 256 * 1024
const mostFaults = 20

export type CheckedDefinition =
  { definition: ProviderDefinition; faults?: never } | { definition?: never; faults: Fault[] }

/**
 * Checks what somebody wrote as a platform's definition: that every part is one that the schema knows, and that the parts fit
 * together. Gives the definition, or the first things that are wrong with it, each with where it stands.
 */
export function checkDefinition(written: unknown): CheckedDefinition {
  if (!isBounded(written)) {
    return { faults: [{ path: '', message: `must be JSON of at most ${longestDefinition} characters` }] }
  }
  const { data, error } = providerDefinition.safeParse(written)
  const faults = data ? crossReferenceFaults(data) : error.issues.map(faultOf)
  return data && faults.length === 0 ? { definition: data } : { faults: faults.slice(0, mostFaults) }
}

/** Looked at before anything else: what is wrong with each of a million members would fill the memory. */
function isBounded(written: unknown): boolean {
  try {
    return (JSON.stringify(written) ?? '').length <= longestDefinition
  } catch {
    // Deeper than the stack, or no JSON at all.
    return false
  }
}

type Issue = z.core.$ZodIssue

function faultOf(issue: Issue): Fault {
  const { path, message } = innermost(issue, [])
  return { path: path.map(String).join('.').slice(0, 300), message: message.slice(0, 300) }
}

const placesIn = (issues: Issue[]) => new Set(issues.map(({ path }) => path.join('.'))).size

/** Of several alternatives that one is meant which the least is wrong with. */
function innermost(issue: Issue, before: PropertyKey[]): { path: PropertyKey[]; message: string } {
  const path = [...before, ...issue.path]
  if (issue.code === 'unrecognized_keys') return { path: [...path, issue.keys[0]!], message: 'is not known here' }
  if (issue.code !== 'invalid_union' || issue.errors.length === 0) return { path, message: issue.message }
  const meant = issue.errors.reduce((one, other) => (placesIn(other) < placesIn(one) ? other : one))
  return meant[0] ? innermost(meant[0], path) : { path, message: issue.message }
}
