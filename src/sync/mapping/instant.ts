import { isNumber } from '../../calls/json-path.ts'

const iso = /^(\d{4})-(\d\d)-(\d\d)(?:[T ](\d\d):(\d\d)(?::(\d\d)(?:[.,](\d{1,9})\d*)?)? ?(Z|[+-]\d\d(?::?\d\d)?)?)?$/i
/** The form in which most times come, which the engine reads faster. */
const usual = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/

/**
 * The instant that an ISO 8601 text names, to the millisecond; undefined where it is none. The engine's own parser is not
 * asked: it takes `Customer 1` for a time, and reads one without a zone in the zone of the process.
 * @param zone the offset, such as `+08:00`, of a time that names none; UTC unless given
 */
export function isoInstant(text: string, zone = 'Z'): Date | undefined {
  if (usual.test(text)) {
    const date = new Date(text)
    // What is no day of the calendar has become another one.
    if (date.getUTCDate() === Number(text.slice(8, 10))) return bounded(date.getTime())
  }
  const match = iso.exec(text)
  if (!match) return undefined
  const [year, month, day, hour, minute, second] = match.slice(1, 7).map(part => Number(part ?? 0)) as Sextuple
  const ms = Math.floor(Number(`0.${match[7] ?? '0'}`) * 1000)
  const offset = offsetMinutes(match[8] ?? zone)
  // A leap second is the first one of the next minute, as clocks without such count it.
  if (offset === undefined || hour > 23 || minute > 59 || second > 60) return undefined
  const date = new Date(0)
  date.setUTCFullYear(year, month - 1, day)
  // What is no day of the calendar has become another one.
  if (date.getUTCMonth() !== month - 1 || date.getUTCDate() !== day) return undefined
  return bounded(date.getTime() + ((hour * 60 + minute - offset) * 60 + second) * 1000 + ms)
}

type Sextuple = [number, number, number, number, number, number]

function offsetMinutes(text: string): number | undefined {
  if (/^z$/i.test(text)) return 0
  const [hours, minutes] = [Number(text.slice(1, 3)), Number(text.slice(3).replace(':', ''))]
  if (hours > 23 || minutes > 59) return undefined
  return (text.startsWith('-') ? -1 : 1) * (hours * 60 + minutes)
}

/** The instant of a number of seconds since 1970, written as a number or as its digits; undefined where it is none. */
export function unixInstant(value: unknown): Date | undefined {
  const isSeconds = isNumber(value) || (typeof value === 'string' && /^-?\d{1,12}(\.\d+)?$/.test(value))
  return isSeconds ? bounded(Number(value) * 1000) : undefined
}

/** The same of a number of milliseconds. */
export function unixMsInstant(value: unknown): Date | undefined {
  const isMs = isNumber(value) || (typeof value === 'string' && /^-?\d{1,15}(\.\d+)?$/.test(value))
  return isMs ? bounded(Math.floor(Number(value))) : undefined
}

/** The instant of a text such as `/Date(1690000000000+0000)/`, as .NET writes JSON: the offset only says where it was written. */
export function dotnetInstant(value: unknown): Date | undefined {
  const match = typeof value === 'string' ? /^\/Date\((-?\d{1,15})(?:[+-]\d{4})?\)\/$/.exec(value) : null
  return match ? bounded(Number(match[1])) : undefined
}

const [firstMs, lastMs] = [Date.parse('0001-01-01T00:00:00Z'), Date.parse('9999-12-31T23:59:59.999Z')]

/** An instant whose year has four digits, as the database reads it. */
function bounded(ms: number): Date | undefined {
  return ms >= firstMs && ms <= lastMs ? new Date(ms) : undefined
}
