import type { Transform as Definition } from '../../../src/catalogue/schema/items/transforms.ts'
import { transformOf } from '../../../src/sync/mapping/transforms/find.ts'
import { unfit } from '../../../src/sync/mapping/transforms/transform.ts'
import { fc } from '../../support/properties.ts'

const nothing = () => undefined
const beside = (values: Record<string, unknown>) => (path: string) => values[path]

/** Decimal text with so many digits behind the point, and as a whole number of the last of them. */
const decimals = (places: number, most: number) =>
  fc.integer({ min: 1, max: most }).map(units => {
    const digits = String(units).padStart(places + 1, '0')
    return { units: BigInt(units), text: `${digits.slice(0, -places)}.${digits.slice(-places)}` }
  })

/** A product of so many digits behind the point in cents, halves away from zero: reckoned in another way than the hub's. */
const cents = (product: bigint, places: number) => {
  const unit = 10n ** BigInt(places - 2)
  const rest = product % unit
  return (product - rest) / unit + (rest * 2n >= unit ? 1n : 0n)
}
const centsText = (amount: bigint) => `${amount / 100n}.${String(amount % 100n).padStart(2, '0')}`

describe('the price of one', () => {
  const price = transformOf({
    kind: 'unit-price',
    quantity: 'quantity',
    amount: 'amount',
    places: 4,
    withoutTax: 'with',
  })

  it('is told where it makes what the line comes to, and only there', () => {
    fc.assert(
      fc.property(
        decimals(6, 50_000_000),
        decimals(4, 20_000_000),
        fc.integer({ min: -1, max: 1 }),
        (unit, count, off) => {
          const kept = unit.units / 100n + (unit.units % 100n >= 50n ? 1n : 0n)
          const total = cents(kept * count.units, 8) + BigInt(off)
          if (total < 0n) return
          const told = price.out(unit.text, beside({ quantity: count.text, amount: centsText(total) }))
          expect(told).toBe(off === 0 ? Number(kept) / 10_000 : undefined)
        },
      ),
    )
  })

  it('is told where nobody says how many they are, and not where the platform has it without tax', () => {
    expect(price.out('1.00505', nothing)).toBe(1.0051)
    expect(price.out('1.005', beside({ with: true, quantity: '2', amount: '2.01' }))).toBeUndefined()
    expect(price.in(1.005, beside({ with: true }))).toBeUndefined()
    expect([price.in(1.005, nothing), price.out('dear', nothing)]).toEqual(['1.005', unfit])
  })
})

describe('the price of one, where the platform reckons by it', () => {
  const price = transformOf({
    ...{ kind: 'unit-price', quantity: 'quantity', amount: 'amount', places: 2, withoutTax: 'with' },
    ...{ otherwise: 'divided', as: 'text' },
  })

  it('makes what the line comes to, or the line does not fit', () => {
    const told = (value: unknown, quantity?: string, amount?: string) => price.out(value, beside({ quantity, amount }))
    expect([told('3.35', '3', '10.05'), told('9.99', '3', '10.05'), told(undefined, '4', '10.00')]).toEqual([
      ...['3.35', '3.35', '2.5'],
    ])
    expect([told('1.005', '2', '2.01'), told(undefined, '0', '2.00'), told('dear', '1', '1.00')]).toEqual([
      ...[unfit, unfit, unfit],
    ])
    expect([told(undefined, undefined, '7.50'), told(undefined, '2'), told('1.20')]).toEqual(['7.5', undefined, '1.2'])
    expect(price.out('1.00', beside({ with: true, quantity: '1', amount: '1.00' }))).toBe(unfit)
  })

  it('is told so that the platform comes to the same, whatever was paid for how many', () => {
    fc.assert(
      fc.property(decimals(4, 50_000_000), decimals(2, 500_000_000), (count, total) => {
        const told = price.out(undefined, beside({ quantity: count.text, amount: total.text }))
        if (told === unfit) return
        const units = BigInt(
          (told as string).replace(
            /^(\d+)(?:\.(\d*))?$/,
            (_, whole: string, part = '') => whole + String(part).padEnd(2, '0'),
          ),
        )
        expect(cents(units * count.units, 6)).toBe(total.units)
      }),
    )
  })
})

describe('what a line comes to', () => {
  const amount = transformOf({ kind: 'line-amount', inclusive: 'with' }, 2)

  it('is read as the document says it, and told in the place of that', () => {
    expect([amount.in([8.32, 9.99], nothing), amount.in([8.3, undefined], nothing)]).toEqual(['9.99', '8.30'])
    expect([amount.in([8.32, 9.99], beside({ with: false })), amount.in([8.32, 9.99], beside({ with: true }))]).toEqual(
      [...['8.32', '9.99']],
    )
    expect(amount.out('9.99', beside({ with: true }))).toEqual([undefined, 9.99])
    expect(amount.out('9.99', beside({ with: false }))).toEqual([9.99, undefined])
    expect(amount.out('much', nothing)).toBe(unfit)
  })
})

describe('a rate the other way round', () => {
  const rate = transformOf({ kind: 'reciprocal', places: 6 })

  it('is the same however often it is told and read again', () => {
    fc.assert(
      fc.property(decimals(6, 400_000_000), ({ text }) => {
        const once = rate.in(rate.out(text, nothing), nothing)
        if (once === unfit) return
        expect(rate.in(rate.out(once, nothing), nothing)).toBe(once)
      }),
    )
    expect([rate.in(0.8, nothing), rate.out('149.253731', nothing), rate.in(0, nothing)]).toEqual([
      '1.25',
      0.0067,
      unfit,
    ])
  })
})

describe('a list that stands for one value', () => {
  const definition = { kind: 'sole', value: 'LinkedTxn.0.TxnId', beside: { Amount: 'amount' } } satisfies Definition
  const invoice = transformOf({ ...definition, where: { path: 'LinkedTxn.0.TxnType', equals: 'Invoice' } })
  const line = (TxnId: string, Amount: number, TxnType = 'Invoice') => ({ Amount, LinkedTxn: [{ TxnId, TxnType }] })

  it('is read where one object counts, and told as a list of one with what belongs to it', () => {
    expect(invoice.in([line('7', 5), line('8', 1, 'CreditMemo')], nothing)).toBe('7')
    expect([invoice.in([], nothing), invoice.in([line('7', 5), line('8', 1)], nothing)]).toEqual([undefined, undefined])
    expect(invoice.out('7', beside({ amount: '5.00' }))).toEqual([line('7', 5)])
    expect([invoice.out('7', nothing), invoice.in('7', nothing)]).toEqual([unfit, unfit])
  })
})
