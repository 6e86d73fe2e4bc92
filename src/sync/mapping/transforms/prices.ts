import type { TransformOf } from '../../../catalogue/schema/items/transforms.ts'
import { decimalText } from './decimals.ts'
import { exactOf, product, quotient, roundTo, textOfExact, toldExact } from './exact.ts'
import { unfit, type Beside, type Transform } from './transform.ts'

/** What a line comes to, of a platform that keeps it both without and with tax. */
export function lineAmount({ inclusive }: TransformOf<'line-amount'>): Transform {
  return {
    looksBeside: true,
    in(value) {
      const [net, gross] = value as unknown[]
      const amount = gross ?? net
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
export function unitPrice({ quantity, amount, places, withoutTax }: TransformOf<'unit-price'>): Transform {
  const isOther = (beside: Beside) => withoutTax !== undefined && beside(withoutTax) === true
  return {
    looksBeside: true,
    dropsUntold: true,
    in: (value, beside) => (isOther(beside) ? undefined : decimalText(value)),
    out(value, beside) {
      const price = exactOf(value)
      if (price === undefined) return unfit
      if (isOther(beside)) return undefined
      const told = roundTo(price, places)
      const [count, total] = [exactOf(beside(quantity)), exactOf(beside(amount))]
      const fits = count === undefined || total === undefined || roundTo(product(told, count), 2) === roundTo(total, 2)
      return fits ? toldExact(told) : undefined
    },
  }
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
