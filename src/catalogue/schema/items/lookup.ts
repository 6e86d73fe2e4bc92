import { z } from 'zod'
import { asked, askedByBody } from '../calls.ts'
import { eachPath, jsonPath, lifetime, record, text } from '../values.ts'

/** The keys by which one thing is known to be another: a list of canonical paths each, all of which have to be there. */
export type MatchKeys = z.infer<typeof matchKeys>
export const matchKeys = z.array(z.array(jsonPath).min(1).max(5)).max(10)

const said = z
  .string()
  .max(1_000)
  .refine(template => placeholders(template).length > 0, 'must have a path in braces in it')

export type LookupDefinition = z.infer<typeof lookupDefinition>
/**
 * How an item is found by a key of its own, where the platform does not recognise a repeated create: asked before one is made,
 * and again when no answer came. With a body or a document it is a POST.
 */
export const lookupDefinition = z
  .strictObject({
    by: z
      .array(jsonPath)
      .min(1)
      .max(5)
      .describe('The canonical paths of the key; a record without one of them has none'),
    settlesAfter: lifetime
      .exactOptional()
      .describe('How long after it was made an item may be missing from the answer; a minute unless given'),
    call: z.strictObject({
      ...asked,
      ...askedByBody,
      says: record(text(200), said, 10).describe(
        'What the parameters of the query, or the paths into the body, say: `{email}` stands for the value at that canonical path',
      ),
      escape: z
        .enum(['backslash', 'doubled', 'none'])
        .exactOptional()
        .describe(
          'How a quote is written inside a quoted value, where more than the value is said: behind a backslash, which is doubled itself, or twice; `none`: a value that has one cannot be looked up',
        ),
      items: eachPath.exactOptional().describe('Where the items found are; the body itself when absent'),
    }),
  })
  .refine(
    ({ by, call }) =>
      Object.values(call.says).every(template => placeholders(template).every(path => by.includes(path))),
    'says something that it is not by',
  )
  .refine(
    ({ call }) =>
      Object.values(call.says).every(template => isBare(template) || (call.escape !== undefined && isQuoted(template))),
    'must say the value alone, or within quotes and with how they are escaped',
  )

const braces = /\{([^{}\s]+)\}/g

/** The canonical paths that a template stands for. */
export function placeholders(template: string): string[] {
  return Array.from(template.matchAll(braces), ([, path]) => path!)
}

function isBare(template: string): boolean {
  return /^\{[^{}\s]+\}$/.test(template)
}

/** Whether each value stands between two quotes of a kind, so that none can be read as anything but a value. */
function isQuoted(template: string): boolean {
  return !template.replace(/'\{[^{}\s]+\}'|"\{[^{}\s]+\}"/g, '').includes('{')
}
