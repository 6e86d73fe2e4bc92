import { isNumber, memberOf } from '../../../calls/json-path.ts'
import type { TransformOf } from '../../../catalogue/schema/items/transforms.ts'
import { dotnetInstant, isoInstant, unixInstant, unixMsInstant } from '../instant.ts'
import { unfit, type Transform } from './transform.ts'

type Format = TransformOf<'instant' | 'date'>['format']

/** 30 December 1899 in days before 1970. */
const serialEpoch = 25_569
const dayMs = 86_400_000

function instantOf(value: unknown, format: Format, zone?: string): Date | undefined {
  switch (format) {
    case 'iso':
      return typeof value === 'string' ? isoInstant(value, zone) : undefined
    case 'unix-seconds':
      return unixInstant(value)
    case 'unix-milliseconds':
      return unixMsInstant(value)
    case 'dotnet':
      return dotnetInstant(value)
    case 'serial-days':
      return typeof value === 'number' ? unixMsInstant(Math.floor(value - serialEpoch) * dayMs) : undefined
    case 'parts':
      return partsInstant(value)
  }
}

/** The day of an object such as `{"year": 2026, "month": 1, "day": 31}`; undefined where it is none of the calendar. */
function partsInstant(value: unknown): Date | undefined {
  const parts = ['year', 'month', 'day'].map(name => memberOf(value, name))
  if (!parts.every(isNumber)) return undefined
  const [year, month, day] = parts.map(String)
  return isoInstant(`${year!.padStart(4, '0')}-${month!.padStart(2, '0')}-${day!.padStart(2, '0')}`)
}

function writtenAs(at: Date, format: Format, iso: (at: Date) => string): unknown {
  switch (format) {
    case 'iso':
      return iso(at)
    case 'unix-seconds':
      return Math.floor(at.getTime() / 1000)
    case 'unix-milliseconds':
      return at.getTime()
    case 'dotnet':
      return `/Date(${at.getTime()}+0000)/`
    case 'serial-days':
      return at.getTime() / dayMs + serialEpoch
    case 'parts':
      return { year: at.getUTCFullYear(), month: at.getUTCMonth() + 1, day: at.getUTCDate() }
  }
}

const unitMs = { minutes: 60_000, seconds: 1_000 }

/** An instant in one of the forms of platforms. */
export function instant({ format, zone, precision, written = format as 'iso' }: TransformOf<'instant'>): Transform {
  const isoOf = (at: Date) => {
    const text = zone === undefined ? at.toISOString() : local(at, zone)
    return precision === undefined ? text : text.replace(/\.\d{3}/, '')
  }
  return {
    in: value => instantOf(value, format, zone)?.toISOString() ?? unfit,
    out(value) {
      const at = typeof value === 'string' ? isoInstant(value) : undefined
      if (!at) return unfit
      const unit = precision === undefined ? 1 : unitMs[precision]
      return writtenAs(new Date(Math.floor(at.getTime() / unit) * unit), written, isoOf)
    },
  }
}

/** A time at an offset, without saying it. */
function local(at: Date, zone: string): string {
  const [hours, minutes] = zone.slice(1).split(':').map(Number)
  const offsetMs = (zone.startsWith('-') ? -1 : 1) * (hours! * 60 + minutes!) * 60_000
  return new Date(at.getTime() + offsetMs).toISOString().slice(0, -1)
}

const dayForm = /^(\d{4}-\d\d-\d\d)(?:$|[T ])/

/** The day that a text begins with; undefined where it is none of the calendar. */
function dayOf(value: unknown): string | undefined {
  const day = typeof value === 'string' ? dayForm.exec(value)?.[1] : undefined
  return day !== undefined && isoInstant(day) ? day : undefined
}

/** A day of the calendar in one of the forms of platforms. */
export function date({ format, written = format as 'iso' }: TransformOf<'date'>): Transform {
  return {
    in(value) {
      if (format === 'iso') return dayOf(value) ?? unfit
      if (format !== 'dotnet' && format !== 'parts' && !isNumber(value) && typeof value !== 'string') return unfit
      return instantOf(value, format)?.toISOString().slice(0, 10) ?? unfit
    },
    out(value) {
      const day = dayOf(value)
      return day === undefined ? unfit : writtenAs(new Date(`${day}T00:00:00.000Z`), written, () => day)
    },
  }
}
