import { z } from 'zod'
import { asked, askedByBody } from '../calls.ts'
import { eachPath, jsonObject, jsonPath, lifetime, record, text } from '../values.ts'

/** The keys by which one thing is known to be another: a list of canonical paths each, all of which have to be there. */
export type MatchKeys = z.infer<typeof matchKeys>
export const matchKeys = z.array(z.array(jsonPath).min(1).max(5)).max(10)

const said = z
  .string()
  .max(1_000)
  .refine(template => placeholders(template).length > 0, 'must have a path in braces in it')

const escape = z
  .enum(['backslash', 'doubled', 'none'])
  .exactOptional()
  .describe(
    'How a quote is written inside a quoted value, where more than the value is said: behind a backslash, which is doubled itself, or twice; `none`: a value that has one cannot be looked up',
  )
const items = eachPath.exactOptional().describe('Where the items found are; the body itself when absent')

export type ManyLookups = z.infer<typeof manyLookups>
/** How items are found by several keys in one call. Which of them has which key is seen by reading them. */
const manyLookups = z.strictObject({
  size: z.int().min(2).max(1_000).describe('At most so many keys in one call'),
  most: z
    .int()
    .min(1)
    .max(10_000)
    .exactOptional()
    .describe('An answer with so many items may have left some out: then each key is looked up alone'),
  call: z.strictObject({
    ...asked,
    ...askedByBody,
    keys: z.union([
      z
        .strictObject({
          at: jsonPath.describe('Where the body takes a list of them'),
          body: jsonObject.exactOptional().describe('What each of the list says'),
          each: record(jsonPath, said, 10).describe('What is put into each at its path'),
        })
        .describe('A list in the body'),
      z
        .strictObject({
          at: text(200).describe('The parameter of the query, or the path into the body'),
          says: text(2_000)
            .refine(template => template.split('{keys}').length === 2, 'must have {keys} in it, once')
            .describe('What that says, such as a statement'),
          each: said.describe('How one of them is written in it'),
          between: text(20).describe('What stands between two'),
        })
        .describe('A part of a text'),
    ]),
    escape,
    items,
  }),
})

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
      escape,
      items,
    }),
    many: manyLookups.exactOptional().describe('How several are found in one call: else it costs one for each create'),
  })
  .refine(
    lookup => saidBy(lookup).every(({ template }) => placeholders(template).every(path => lookup.by.includes(path))),
    'says something that it is not by',
  )
  .refine(
    lookup =>
      saidBy(lookup).every(
        ({ template, isPart, call }) =>
          (!isPart && isBare(template)) || (call.escape !== undefined && isQuoted(template)),
      ),
    'must say the value alone, or within quotes and with how they are escaped',
  )

/** What a look-up says of its values, and whether that is a part of a longer text. */
function saidBy({ call, many }: { call: { says: Record<string, string>; escape?: Escape }; many?: ManyLookups }) {
  const alone = Object.values(call.says).map(template => ({ template, isPart: false, call }))
  if (!many) return alone
  const { each } = many.call.keys
  const isPart = typeof each === 'string'
  const several = (isPart ? [each] : Object.values(each)).map(template => ({ template, isPart, call: many.call }))
  return [...alone, ...several]
}

type Escape = z.infer<typeof escape>

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
