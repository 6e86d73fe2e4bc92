import type { TransformOf } from '../../../catalogue/schema/items/transforms.ts'
import { decimalText } from './decimals.ts'
import { exactOf, product, quotient, roundTo, textOfExact, toldExact } from './exact.ts'
import { unfit, type Beside, type Transform } from './transform.ts'

/** What a line comes to, of a platform that keeps it both without and with tax. */
export function lineAmount({ inclusive }: TransformOf<'line-amount'>): Transform {
  return {
    looksBeside: true,
    in(value, beside) {
      const [net, gross] = value as unknown[]
      const amount = beside(inclusive) === false ? (net ?? gross) : (gross ?? net)
      return amount === undefined || amount === null ? undefined : decimalText(amount, 2)
    },
    out(value, beside) {
      const amount = exactOf(value)
      if (amount === undefined) return unfit
      const told = toldExact(amount)
      if (told === unfit) return unfit
      return beside(inclusive) === true ? [undefined, told] : [told, undefined]
    },
  }
}

/** The price of one, which platforms take only where it makes what the line comes to; not one without tax of a line with it. */
export function unitPrice({
  quantity,
  amount,
  places,
  withoutTax,
  otherwise,
  as,
}: TransformOf<'unit-price'>): Transform {
  const isOther = (beside: Beside) => withoutTax !== undefined && beside(withoutTax) === true
  const said = (price: bigint) => (as === 'text' ? textOfExact(price) : toldExact(price))
  const makes = (price: bigint, count: bigint, total: bigint) => roundTo(product(price, count), 2) === roundTo(total, 2)
  return {
    looksBeside: true,
    dropsUntold: true,
    ...(otherwise === undefined ? {} : { saysOfEmpty: true }),
    in: (value, beside) => (isOther(beside) ? undefined : decimalText(value)),
    out(value, beside) {
      const price = exactOf(value)
      if (price === undefined && !(otherwise && isNothing(value))) return unfit
      if (isOther(beside)) return otherwise === undefined ? undefined : unfit
      const told = price === undefined ? undefined : roundTo(price, places)
      const [count, total] = [exactOf(beside(quantity)), exactOf(beside(amount))]
      if (told !== undefined && (count === undefined || total === undefined || makes(told, count, total)))
        return said(told)
      if (otherwise === undefined || total === undefined) return undefined
      const many = count ?? exactOf('1')!
      const divided = many === 0n ? undefined : roundTo(quotient(total, many), places)
      return divided !== undefined && makes(divided, many, total) ? said(divided) : unfit
    },
  }
}

function isNothing(value: unknown): boolean {
  return value === undefined || value === null || value === ''
}

/** A rate that the platform has the other way round. */
export function reciprocal({ places }: TransformOf<'reciprocal'>): Transform {
  const turned = (value: unknown) => {
    const rate = exactOf(value)
    return rate === undefined || rate === 0n ? undefined : roundTo(quotient(10n ** 20n, rate), places)
  }
  return {
    in(value) {
      const rate = turned(value)
      return rate === undefined ? unfit : textOfExact(rate)
    },
    out(value) {
      const rate = turned(value)
      return rate === undefined ? unfit : toldExact(rate)
    },
  }
}
