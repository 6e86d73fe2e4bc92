/** `JSON.rawJSON` of ES2026, which Node has: the types of this release do not. */
const { rawJSON } = JSON as unknown as { rawJSON: (text: string) => object }

/**
 * A number of a JSON text that a double would change: beyond 2^53, with more digits than it keeps, or out of its range.
 * `JSON.stringify` writes it as it was written.
 */
export class ExactNumber {
  // Private: who looks for members finds none.
  readonly #source: string

  constructor(source: string) {
    this.#source = source
  }

  /** As it was written. */
  get source(): string {
    return this.#source
  }

  /** As JSON.stringify writes it. */
  toJSON(): object {
    return rawJSON(this.#source)
  }

  toString(): string {
    return this.#source
  }
}

/** A number of a JSON text: as a number where a double says the same, else with its digits. */
export function numberOf(source: string): number | ExactNumber {
  const value = Number(source)
  if (isShort(source) || String(value) === source) return value
  // Doubles below 1e21 are written without an exponent.
  if (source.length <= 21 && !/[.eE]/.test(source)) return new ExactNumber(source)
  if (!Number.isFinite(value) || source.length > longestCompared) return new ExactNumber(source)
  return plainOf(source) === plainOf(String(value)) ? value : new ExactNumber(source)
}

/** Every decimal of up to 15 digits comes back as it was, within a double's normal range. */
function isShort(source: string): boolean {
  const mark = source.search(/[eE]/)
  if (mark < 0) return source.length <= 15
  return mark <= 15 && Math.abs(Number(source.slice(mark + 1))) < 290
}

/** Longer numbers are compared as text only: computing their value takes time that grows with the digits. */
const longestCompared = 1_000

/** Whether a value is such a number, or holds one. */
export function hasExactNumber(value: unknown): boolean {
  if (typeof value !== 'object' || value === null) return false
  if (value instanceof ExactNumber) return true
  for (const name in value) if (hasExactNumber((value as Record<string, unknown>)[name])) return true
  return false
}

/** A number's value as text that is the same for each way to write it, up to 1,000 characters: `-1.50E3` is `-15e2`. */
export function plainOf(source: string): string {
  if (source.length > longestCompared) return source
  const { sign, digits, exponent } = decimalOf(source)
  return sign === 0 ? '0' : `${sign < 0 ? '-' : ''}${digits}e${exponent}`
}

/** Exponents with more digits than this are not told apart: no memory would hold that many zeros. */
const longestExponent = 30

/** A decimal number: its sign, its digits without zeros at either end, and the power of ten that the last digit stands for. */
interface Decimal {
  sign: -1 | 0 | 1
  digits: string
  exponent: bigint
}

function decimalOf(source: string): Decimal {
  const [, minus, whole = '', fraction = '', exponent = '0'] = /^(-?)(\d+)(?:\.(\d+))?(?:e([+-]?\d+))?$/i.exec(source)!
  const all = whole + fraction
  let end = all.length
  while (end > 0 && all[end - 1] === '0') end--
  const digits = all.slice(0, end).replace(/^0+/, '')
  if (digits === '') return { sign: 0, digits, exponent: 0n }
  const shift =
    BigInt(exponent.replace(/^([+-]?)0+(?=\d)/, '$1').slice(0, longestExponent)) -
    BigInt(fraction.length) +
    BigInt(all.length - end)
  return { sign: minus === '-' ? -1 : 1, digits, exponent: shift }
}

/** Below, at or above 0 as one number is less than, the same as, or more than another. */
export function compareNumbers(one: number | ExactNumber, other: number | ExactNumber): number {
  if (typeof one === 'number' && typeof other === 'number') return one - other
  const [a, b] = [decimalOf(String(one)), decimalOf(String(other))]
  if (a.sign !== b.sign) return a.sign - b.sign
  return a.sign * compareSizes(a, b)
}

function compareSizes(a: Decimal, b: Decimal): number {
  const [first, second] = [a.exponent + BigInt(a.digits.length), b.exponent + BigInt(b.digits.length)]
  if (first !== second) return first < second ? -1 : 1
  return a.digits === b.digits ? 0 : a.digits < b.digits ? -1 : 1
}

/** What is left of a number over a whole divisor, as `%` gives it; NaN of what is not whole. */
export function remainderOf(value: number | ExactNumber, divisor: number): number {
  if (typeof value === 'number') return value % divisor
  const { sign, digits, exponent } = decimalOf(value.source)
  // The time that it takes grows with the square of the digits.
  if (exponent < 0n || digits.length > longestDivided) return NaN
  const modulus = BigInt(Math.abs(divisor))
  return sign * Number((BigInt(digits || '0') * powerOfTen(exponent, modulus)) % modulus)
}

const longestDivided = 1_000

/** Whether a number is a whole multiple of another one, which is not 0. */
export function isMultipleOf(value: ExactNumber, divisor: number): boolean {
  const [a, b] = [decimalOf(value.source), decimalOf(String(divisor))]
  const power = a.exponent - b.exponent
  // Its last digit is no zero, so that it is no multiple of a power of ten.
  if (a.sign !== 0 && power < 0n) return false
  const modulus = BigInt(b.digits)
  return (BigInt(a.digits || '0') * powerOfTen(power, modulus)) % modulus === 0n
}

function powerOfTen(power: bigint, modulus: bigint): bigint {
  let [result, base] = [1n % modulus, 10n % modulus]
  for (let left = power; left > 0n; left >>= 1n) {
    if (left & 1n) result = (result * base) % modulus
    base = (base * base) % modulus
  }
  return result
}

/** Whether a number is whole. */
export function isWhole(value: ExactNumber): boolean {
  return decimalOf(value.source).exponent >= 0n
}
