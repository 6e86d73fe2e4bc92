import { compareNumbers, ExactNumber, isMultipleOf, isWhole, numberOf, plainOf } from '../../src/json/exact-number.ts'
import { fc } from '../support/properties.ts'

/** Decimals with an exact value as a fraction of whole numbers: the judge. */
const decimal = fc.record({ digits: fc.bigInt(-(10n ** 40n), 10n ** 40n), exponent: fc.integer({ min: -30, max: 30 }) })
const written = ({ digits, exponent }: { digits: bigint; exponent: number }) => `${digits}e${exponent}`
const scaled = ({ digits, exponent }: { digits: bigint; exponent: number }) => digits * 10n ** BigInt(exponent + 30)

describe('exact numbers', () => {
  it('compare by their value', () => {
    fc.assert(
      fc.property(decimal, decimal, (one, other) => {
        const [a, b] = [scaled(one), scaled(other)]
        expect(Math.sign(compareNumbers(new ExactNumber(written(one)), new ExactNumber(written(other))))).toBe(
          a < b ? -1 : a > b ? 1 : 0,
        )
        expect(plainOf(written(one)) === plainOf(written(other))).toBe(a === b)
      }),
    )
  })

  it('are whole, and multiples, by their value', () => {
    fc.assert(
      fc.property(
        decimal,
        fc.integer({ min: 1, max: 10_000 }),
        fc.integer({ min: -3, max: 3 }),
        (one, count, power) => {
          const value = new ExactNumber(written(one))
          const divisor = Number(`${count}e${power}`)
          expect(isWhole(value)).toBe(scaled(one) % 10n ** 30n === 0n)
          expect(isMultipleOf(value, divisor)).toBe(scaled(one) % (BigInt(count) * 10n ** BigInt(30 + power)) === 0n)
        },
      ),
    )
  })

  it('take no time that grows with their exponents', () => {
    const vast = new ExactNumber('1e999999999999999999999')
    expect(compareNumbers(vast, 1e308)).toBeGreaterThan(0)
    expect(compareNumbers(vast, new ExactNumber('1e999999999999999999998'))).toBeGreaterThan(0)
    expect(isMultipleOf(vast, 7)).toBe(false)
    expect(plainOf(`1e${'0'.repeat(50)}400`)).toBe(plainOf('1e400'))
    const longest = new ExactNumber(`1e${'9'.repeat(1_000_000)}`)
    expect(compareNumbers(longest, vast)).toBeGreaterThan(0)
    expect(plainOf(longest.source)).toBe(longest.source)
    expect(plainOf('1e999999999999999999999')).not.toBe(plainOf('1e999999999999999999998'))
  })

  it('differ from a double exactly when it would be written with other digits', () => {
    fc.assert(
      fc.property(fc.double({ noNaN: true, noDefaultInfinity: true }), value =>
        // `String` leaves the sign of nothing out.
        expect(numberOf(Object.is(value, -0) ? '-0' : String(value))).toBe(value),
      ),
    )
    fc.assert(
      fc.property(decimal, one => {
        const read = numberOf(written(one))
        if (typeof read === 'number') expect(plainOf(String(read))).toBe(plainOf(written(one)))
        else expect(plainOf(String(Number(written(one)))).replace('Infinity', '')).not.toBe(plainOf(written(one)))
      }),
    )
  })
})
