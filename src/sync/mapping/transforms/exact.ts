import { decimalText, jsonNumber } from './decimals.ts'
import { unfit } from './transform.ts'

const digits = 20
const one = 10n ** BigInt(digits)

/** A decimal as a whole number of 10⁻²⁰: sums and products of money are exact. */
export type Exact = bigint

/** Decimal text, or a number, exactly; undefined where it is none, or has more digits behind the point than that. */
export function exactOf(value: unknown): Exact | undefined {
  const text = decimalText(value)
  const [, sign = '', whole = '', part = ''] = (text !== unfit && /^(-?)(\d+)(?:\.(\d+))?$/.exec(text)) || []
  if (whole === '' || part.length > digits) return undefined
  return BigInt(sign + whole + part.padEnd(digits, '0'))
}

/** As decimal text with at least so many digits behind the point. */
export function textOfExact(amount: Exact, scale = 0): string | typeof unfit {
  return decimalText(`${amount}e-${digits}`, scale)
}

/** As a number of JSON. */
export function toldExact(amount: Exact): number | typeof unfit {
  const text = textOfExact(amount)
  return text === unfit ? text : jsonNumber(text)
}

/** To so many digits behind the point, halves away from zero as bookkeepers round. */
export function roundTo(amount: Exact, places: number): Exact {
  const unit = 10n ** BigInt(digits - places)
  return divided(amount, unit) * unit
}

export const product = (a: Exact, b: Exact): Exact => divided(a * b, one)
export const quotient = (a: Exact, b: Exact): Exact => divided(a * one, b)

function divided(amount: bigint, by: bigint): bigint {
  const [size, divisor] = [amount < 0n ? -amount : amount, by < 0n ? -by : by]
  const nearest = (size * 2n + divisor) / (divisor * 2n)
  return amount < 0n === by < 0n ? nearest : -nearest
}
