import type { Discover } from '../../catalogue/schema/discover.ts'
import { firstGroup } from '../../catalogue/pattern.ts'
import { textAt, textOf, valueAt } from '../../calls/json-path.ts'

/** One of several things that a credential opens: a tenant, a site, an advertising account. */
export interface Choice {
  /** Which it is: what is kept of it, joined by spaces. */
  id: string
  /** What a person calls it. */
  name: string
  /** What tells two of one name apart. */
  detail: string | null
  /** What the connection keeps of it. */
  config: Record<string, string>
}

/** The same with what is secret of it. */
export interface Found extends Choice {
  secrets: Record<string, string>
}

/** Of more than these no person chooses. */
export const mostChoices = 200
/** What is no plain text goes into no address and no header. */
const plain = /^[\x21-\x7e]{1,1000}$/

/** The choices that an answer lists, each once, in its order. What lacks something that calls need is none. */
export function choicesIn(body: unknown, discover: Discover): Found[] {
  const listed = discover.items === undefined ? body : valueAt(body, discover.items)
  const items: unknown[] = Array.isArray(listed) ? listed : [listed]
  const found = new Map<string, Found>()
  for (const item of items) {
    const config = textsOf(item, discover.keep)
    const secrets = textsOf(item, discover.secrets ?? {})
    if (!config || !secrets) continue
    const id = Object.values(config).join(' ')
    const name = shown(discover.name === undefined ? undefined : textAt(item, discover.name)) ?? id
    const detail = shown(discover.detail === undefined ? undefined : textAt(item, discover.detail)) ?? null
    if (!found.has(id)) found.set(id, { id, name, detail, config, secrets })
  }
  return [...found.values()]
}

function textsOf(item: unknown, places: Discover['keep']): Record<string, string> | undefined {
  const kept = Object.entries(places).map(([name, at]) => [name, keptIn(item, at)] as const)
  const isWhole = kept.every(([, value]) => value !== undefined && plain.test(value))
  return isWhole ? (Object.fromEntries(kept) as Record<string, string>) : undefined
}

function keptIn(item: unknown, at: Discover['keep'][string]): string | undefined {
  if (typeof at === 'string') return textAt(item, at)
  const text = at.path === undefined ? textOf(item) : textAt(item, at.path)
  return text === undefined ? undefined : firstGroup(at.pattern, text)
}

/** As a line that reads in the order in which it was written: names are strangers' texts. */
function shown(text: string | undefined): string | undefined {
  const line = text
    ?.replaceAll(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}]+/gu, ' ')
    .trim()
    .slice(0, 200)
    .toWellFormed()
  return line === '' ? undefined : line
}
