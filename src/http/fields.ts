import { z } from 'zod'
import { idPrefixes, type IdKind } from '../ids.ts'

/** An id in a reply, with an example of its form. */
export function idField(kind: IdKind) {
  return z.string().meta({ examples: [`${idPrefixes[kind]}_01kb3v9w8xf4s9hq2m7c5t6n0p`] })
}

/** An instant in a reply or a request: ISO 8601 with an offset or `Z`. */
export const instant = z.iso.datetime({ offset: true }).meta({ examples: ['2026-01-31T12:00:00.000Z'] })

/** An instant of a request as a bound on ids, which carry no time before 1970. */
export function instantFrom(text: string | undefined): Date | undefined {
  return text === undefined ? undefined : new Date(Math.max(0, Date.parse(text)))
}

/** Any JSON. Registered, not described by `meta`, which would name a copy: it refers to itself. */
export const jsonField = z.json().register(z.globalRegistry, { id: 'Json' })

/** A short text of a person's own: trimmed, with something in it, and without control characters. */
export const nameField = z
  .string()
  .trim()
  .min(1)
  .max(200)
  // What \P{Cc} means, in a form that other languages' expressions have too.
  .regex(/^[^\x00-\x1f\x7f-\x9f]*$/, 'Must not contain control characters')
  .meta({ description: 'What people call it', examples: ['My product'] })
