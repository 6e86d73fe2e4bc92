import type { TransformOf } from '../../../catalogue/schema/items/transforms.ts'
import { decimalText, jsonNumber } from './decimals.ts'
import { unfit, type Transform } from './transform.ts'

/** Digits behind the point by ISO 4217, where they are not two. https://www.six-group.com/en/products-services/financial-information/data-standards.html */
const exponents = new Map(
  Object.entries({
    0: 'BIF CLP DJF GNF ISK JPY KMF KRW PYG RWF UGX UYI VND VUV XAF XOF XPF',
    3: 'BHD IQD JOD KWD LYD OMR TND',
    4: 'CLF UYW',
  }).flatMap(([digits, codes]) => codes.split(' ').map(code => [code, Number(digits)] as const)),
)

/** Digits behind the point of an amount in a currency, by ISO 4217. */
export function exponentOf(currency: string): number {
  return exponents.get(currency) ?? 2
}

/** Money as a whole number of the smallest units of its currency, such as cents. */
export function minorUnits({ currency, exponents: own = {} }: TransformOf<'minor-units'>): Transform {
  const digitsOf = (code: unknown) => {
    if (typeof code !== 'string' || !/^[A-Z]{3}$/.test(code)) return undefined
    return Object.hasOwn(own, code) ? own[code] : exponentOf(code)
  }
  return {
    looksBeside: true,
    in(value, beside) {
      const digits = digitsOf(beside(currency))
      const units = decimalText(value)
      if (digits === undefined || units === unfit || units.includes('.')) return unfit
      return decimalText(`${units}e-${digits}`, digits)
    },
    out(value, beside) {
      const digits = digitsOf(beside(currency))
      const amount = decimalText(value)
      if (digits === undefined || amount === unfit) return unfit
      const units = decimalText(`${amount}e${digits}`)
      return units === unfit || units.includes('.') ? unfit : jsonNumber(units)
    },
  }
}
