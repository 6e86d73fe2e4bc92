import { ExactNumber, numberOf } from '../../../json/exact-number.ts'
import type { TransformOf } from '../../../catalogue/schema/items/transforms.ts'
import { unfit, type Transform } from './transform.ts'

const usual = /^-?(?:0|[1-9]\d{0,20})$/
const form = /^([+-]?)(\d*)(?:\.(\d*))?(?:e([+-]?\d{1,3}))?$/i
const mostDigits = 40

/**
 * A number, or one as text, as decimal text without an exponent: no digit is lost, and zeros at its end are only those that make
 * it `scale` digits behind the point. `unfit` for anything else, and for more than 40 digits on either side.
 */
export function decimalText(value: unknown, scale = 0): string | typeof unfit {
  const source = sourceOf(value)
  if (source === undefined) return unfit
  if (scale === 0 && usual.test(source)) return source === '-0' ? '0' : source
  const match = form.exec(source)
  if (!match) return unfit
  const [, sign = '', whole = '', fraction = '', exponent = '0'] = match
  if (whole === '' && fraction === '') return unfit
  const shift = Number(exponent)
  if (Math.abs(shift) > 2 * mostDigits || source.length > 4 * mostDigits) return unfit
  const point = whole.length + shift
  const digits =
    '0'.repeat(Math.max(0, -point)) + whole + fraction + '0'.repeat(Math.max(0, point - whole.length - fraction.length))
  const place = Math.max(0, point)
  const before = digits.slice(0, place).replace(/^0+/, '') || '0'
  const behind = digits.slice(place).replace(/0+$/, '')
  if (before.length > mostDigits || behind.length > mostDigits) return unfit
  const isNegative = sign === '-' && (before !== '0' || behind !== '')
  const padded = behind.padEnd(scale, '0')
  return `${isNegative ? '-' : ''}${before}${padded === '' ? '' : `.${padded}`}`
}

function sourceOf(value: unknown): string | undefined {
  if (typeof value === 'number') return Number.isFinite(value) ? String(value) : undefined
  if (value instanceof ExactNumber) return value.source
  return typeof value === 'string' ? value.trim() : undefined
}

/** Decimal text as a number of JSON. `unfit` where a double would change it: a repeat could not say the same. */
export function jsonNumber(text: string): number | typeof unfit {
  const number = numberOf(text)
  return typeof number === 'number' ? number : unfit
}

export function decimal({ scale = 0, as = 'number', places }: TransformOf<'decimal'>): Transform {
  return {
    in: value => decimalText(value, scale),
    out(value) {
      const text = decimalText(places === undefined ? value : roundedText(value, places), as === 'text' ? scale : 0)
      return text === unfit || as === 'text' ? text : jsonNumber(text)
    },
  }
}

/** The platform has text where the hub has a number. */
export const numberAsText: Transform = {
  in(value) {
    const text = decimalText(value)
    return text === unfit ? unfit : jsonNumber(text)
  },
  out: value => decimalText(value),
}

/** A decimal with no more than so many digits behind the point, halves away from zero. */
function roundedText(value: unknown, places: number): unknown {
  const text = decimalText(value)
  const [, sign = '', whole = '', part = ''] = (text !== unfit && /^(-?)(\d+)\.(\d+)$/.exec(text)) || []
  if (part.length <= places) return value
  const kept = BigInt(whole + part.slice(0, places)) + (part[places]! >= '5' ? 1n : 0n)
  return `${sign}${kept}e-${places}`
}
