/** An exact decimal, as how many units of 10⁻¹⁰ it has: books are judged to the cent, and doubles are not exact. */
export type Exact = bigint

const places = 10
const one = 10n ** BigInt(places)

/** A number of JSON, or a text of digits; undefined where it is none. */
export function exact(value: unknown): Exact | undefined {
  const match = /^(-?)(\d{1,15})(?:\.(\d{1,10}))?$/.exec(textOf(value))
  if (!match) return undefined
  const [, sign, whole = '0', part = ''] = match
  const amount = BigInt(whole) * one + BigInt(part.padEnd(places, '0'))
  return sign === '' ? amount : -amount
}

function textOf(value: unknown): string {
  if (typeof value === 'string') return value.trim()
  if (typeof value !== 'number' || !Number.isFinite(value)) return ''
  const text = String(value)
  return /e|\.\d{11}/.test(text) ? value.toFixed(places) : text
}

/** To so many places, halves away from zero as in bookkeeping. */
export function rounded(amount: Exact, to = 2): Exact {
  const unit = 10n ** BigInt(places - to)
  return divided(amount, unit) * unit
}

export function times(a: Exact, b: Exact): Exact {
  return divided(a * b, one)
}

export function over(a: Exact, b: Exact): Exact {
  return divided(a * one, b)
}

export function sum(amounts: readonly Exact[]): Exact {
  return amounts.reduce((all, amount) => all + amount, 0n)
}

/** As JSON has it. */
export function numberOf(amount: Exact): number {
  const digits = (amount < 0n ? -amount : amount).toString().padStart(places + 1, '0')
  return Number(`${amount < 0n ? '-' : ''}${digits.slice(0, -places)}.${digits.slice(-places)}`)
}

function divided(amount: bigint, by: bigint): bigint {
  const [size, divisor] = [amount < 0n ? -amount : amount, by < 0n ? -by : by]
  const quotient = (size * 2n + divisor) / (divisor * 2n)
  return amount < 0n === by < 0n ? quotient : -quotient
}
