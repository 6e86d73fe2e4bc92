import { lifetimeMs } from '../../../catalogue/lifetime.ts'
import type { ModelDefinition } from '../../../catalogue/schema/models.ts'
import type { Windows } from '../../../catalogue/schema/items/windows.ts'
import type { ProviderClient } from '../../call.ts'
import { refusalIn } from '../../errors.ts'
import { unexpectedList } from '../list-answer.ts'
import { listPages } from '../list-pages.ts'
import type { ItemPage, PageSource } from '../page-source.ts'

const dayMs = 86_400_000

/** Some days of a list, and where within them. */
interface Place {
  /** Days since 1970. */
  from: number
  days: number
  /** The cursor of the list itself. */
  cursor: string
}

/**
 * The pages of dated things, a window of days after the other up to today. The days are those of UTC: a platform that counts
 * them elsewhere tells the rest to the next run, which reads the last ones again.
 * @param since what is older has been read already, but for the days that are read again; null reads all within reach
 */
export function windowedPages(
  client: ProviderClient,
  model: ModelDefinition,
  windows: Windows,
  since: Date | null,
  now: Date,
): PageSource {
  const today = dayOf(now)
  const oldest = today - Math.floor(lifetimeMs(windows.reach) / dayMs)
  const first = since === null ? oldest : Math.max(oldest, Math.min(dayOf(since), today) - windows.again)
  const daysFrom = (from: number) => Math.min(windows.days, today - from + 1)
  return {
    first: cursorOf({ from: first, days: daysFrom(first), cursor: '' }),
    async fetch(text, signal): Promise<ItemPage> {
      const place = placeOf(text)
      const source = listPages(client, model.list, model.id, { params: saidOf(windows, place) })
      try {
        const { items, next } = await source.fetch(place.cursor === '' ? source.first : place.cursor, signal)
        if (next !== null) return { items, next: cursorOf({ ...place, cursor: next }) }
        const behind = place.from + place.days
        return { items, next: behind > today ? null : cursorOf({ from: behind, days: daysFrom(behind), cursor: '' }) }
      } catch (error) {
        if (place.days === 1 || place.cursor !== '' || !isTooLarge(windows, error)) throw error
        return { items: [], next: cursorOf({ ...place, days: Math.floor(place.days / 2) }) }
      }
    },
  }
}

function dayOf(time: Date): number {
  return Math.floor(time.getTime() / dayMs)
}

function cursorOf({ from, days, cursor }: Place): string {
  return JSON.stringify([from, days, cursor])
}

function placeOf(text: string): Place {
  const [from, days, cursor] = JSON.parse(text) as [number, number, string]
  if (!Number.isInteger(from) || !Number.isInteger(days) || typeof cursor !== 'string') throw unexpectedList()
  return { from, days, cursor }
}

/** What the list is told of a window. */
function saidOf({ params, format }: Windows, { from, days }: Place): Record<string, string> {
  const named = {
    ...namesOf('from', from, format, '00:00:00Z'),
    ...namesOf('to', from + days - 1, format, '23:59:59Z'),
    ...namesOf('next', from + days, format, '00:00:00Z'),
  }
  const said = Object.entries(params).map(([name, template]) => [
    name,
    template.replace(/\{(\w+)\}/g, (whole, part: string) => named[part] ?? whole),
  ])
  return Object.fromEntries(said) as Record<string, string>
}

function namesOf(name: string, day: number, format: Windows['format'], time: string): Record<string, string> {
  const date = new Date(day * dayMs).toISOString().slice(0, 10)
  const [year, month, ofMonth] = date.split('-').map(Number)
  return {
    [name]: writtenAs(format, date, time),
    [`${name}Year`]: String(year),
    [`${name}Month`]: String(month),
    [`${name}Day`]: String(ofMonth),
  }
}

function writtenAs(format: Windows['format'], date: string, time: string): string {
  switch (format) {
    case 'date':
      return date
    case 'instant':
      return `${date}T${time}`
    case 'unix-seconds':
      return String(Date.parse(`${date}T${time}`) / 1000)
    case 'unix-milliseconds':
      return String(Date.parse(`${date}T${time}`))
  }
}

function isTooLarge({ tooLarge = [] }: Windows, error: unknown): boolean {
  const code = refusalIn(error)?.providerCode
  return code !== undefined && tooLarge.includes(code)
}
