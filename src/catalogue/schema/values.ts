import { z } from 'zod'
import { compilePattern, longestPattern } from '../pattern.ts'

// What the other schemas are made of. Everything has a bound, as a definition may be a stranger's.

/** Text for people. */
export const text = (longest: number) => z.string().min(1).max(longest)

/** What a thing is called in addresses, variables and event types. */
export const slug = z.string().regex(/^[a-z][a-z0-9-]{0,40}$/, 'must be a word in small letters')

export type Lifetime = z.infer<typeof lifetime>
/** A span of time as providers' documentation writes it: seconds, minutes, hours, days, years. */
export const lifetime = z
  .templateLiteral([z.int(), z.enum(['s', 'm', 'h', 'd', 'y'])])
  .refine(span => /^[1-9][0-9]{0,6}[smhdy]$/.test(span), 'must be a number and s, m, h, d or y')

const member = String.raw`(?:[\w@$:-]|\\\.)+`

/** A path into JSON: members joined by dots, numbers index lists, `\\.` is a dot of a name. */
export const jsonPath = z
  .string()
  .max(200)
  .regex(new RegExp(`^${member}(\\.${member})*$`), 'must be members joined by dots')

/** A path into JSON that may go through arrays: `[]` stands for each of their items. */
export const eachPath = z
  .string()
  .max(200)
  .regex(
    new RegExp(`^(\\[\\]|${member})((\\[\\])?\\.${member})*(\\[\\])?$`),
    'must be members joined by dots, with [] for an array',
  )

const chosen = String.raw`\[[\w@$:-]{1,80}=[^\[\]\\\n]{1,100}\]`
/** What people call a column may have any sign. */
const named = String.raw`(?:[^.\[\]\\{}\u0000-\u001f]|\\\.)+`

/**
 * A path into an item: as any into JSON, through lists by `[]`, and to the object of a list, or among an object's members, that
 * has a value, such as `Addresses.[AddressType=STREET].City`. Names may have spaces.
 */
export const itemPath = z
  .string()
  .max(300)
  .regex(
    new RegExp(`^(${named}|${chosen})((\\[\\])?\\.(${named}|${chosen}))*(\\[\\])?$`),
    'must be members joined by dots, with [name=value] for the object of a list that has it',
  )

/** A regular expression that takes time linear to the text. */
export const pattern = z
  .string()
  .max(longestPattern)
  .refine(isPattern, 'must be a regular expression without look-around and back-references')

function isPattern(source: string): boolean {
  try {
    compilePattern(source)
    return true
  } catch {
    return false
  }
}

const namedBraces = /\{\+?\w{1,50}\}/g

/** The path of a URL, in which `{name}` is filled with one segment, `{+name}` with several (RFC 6570, 3.2.3). */
export const pathTemplate = z
  .string()
  .max(300)
  .refine(path => /^\/[^\s?#\\{}]*$/.test(path.replaceAll(namedBraces, 'x')), 'must be a path that begins with /')

/** An https address, in which `{name}` is filled. */
export const httpsUrl = z.string().max(500).refine(isHttps, 'must be an https address')

function isHttps(address: string): boolean {
  const url = URL.parse(address.replaceAll(namedBraces, 'x'))
  return url?.protocol === 'https:' && url.username === '' && url.password === '' && !/[\s\\{}]/.test(url.href)
}

/** A header's name, as Node has them. */
export const headerName = z.string().regex(/^[a-z0-9-]{1,100}$/, 'must be the name of a header, in small letters')

export const headerValue = z.string().regex(/^[\x20-\x7e]{1,500}$/, 'must be the value of a header')

/** The name of a parameter of a query or form. */
export const parameter = z.string().regex(/^[^\s&=#?]{1,100}$/, 'must be the name of a parameter')

/** A code by which a platform says what is wrong. */
export const code = text(100)

/** A record with so many members at most. */
export function record<Key extends z.ZodString, Value extends z.ZodType>(key: Key, value: Value, most: number) {
  return z
    .record(key, value)
    .refine(members => Object.keys(members).length <= most, `must have at most ${most} members`)
}

export const headers = record(headerName, headerValue, 20)

const said = z.string().max(500)

/** The parameters of a query; several values are said one after the other under the same name. */
export const query = record(parameter, z.union([said, z.number(), z.array(said).min(1).max(50)]), 30)

/** What a body says as it stands, of JSON values only. */
export const jsonObject = z
  .record(z.string().max(100), z.unknown())
  .refine(isSmallJson, 'must be JSON of at most 200 values, 10 levels and 500 characters in each text')

function isSmallJson(value: unknown): boolean {
  let left = 200
  const isSmall = (part: unknown, depth: number): boolean => {
    if (--left < 0 || depth > 10) return false
    if (part === null || typeof part === 'boolean') return true
    if (typeof part === 'string') return part.length <= 500
    if (typeof part === 'number') return Number.isFinite(part)
    if (typeof part !== 'object') return false
    if (Array.isArray(part)) return part.length <= left && part.every(item => isSmall(item, depth + 1))
    const members = Object.entries(part)
    return members.length <= left && members.every(([key, item]) => key.length <= 100 && isSmall(item, depth + 1))
  }
  return isSmall(value, 0)
}
