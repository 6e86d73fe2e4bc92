import { exact, numberOf, over, rounded, sum, times, type Exact } from '../../../dev/sandbox/money.ts'

// Invoices with amounts that are hard to agree on, always the same for the same seed, and what they come to by arithmetic of
// their own: line by line, tax included or not, halves away from zero.

/** How each side names a tax. */
export const taxes = [
  { quickbooks: '2', xero: 'NONE', percent: '0' },
  { quickbooks: '3', xero: 'ZERORATEDOUTPUT', percent: '0' },
  { quickbooks: '4', xero: 'RROUTPUT', percent: '5' },
  { quickbooks: '5', xero: 'OUTPUT2', percent: '20' },
  { quickbooks: '6', xero: 'TAX001', percent: '8.875' },
  { quickbooks: '7', xero: 'OUTPUT', percent: '15' },
] as const

export const currencies = ['USD', 'EUR', 'GBP', 'JPY', 'BHD'] as const

export interface Document {
  number: string
  currency: (typeof currencies)[number]
  isInclusive: boolean
  date: string
  /** Units of the books' currency for one of its own. */
  rate: string
  lines: { quantity: string; price: string; amount: Exact; tax: (typeof taxes)[number] }[]
  net: Exact
  tax: Exact
  total: Exact
}

const prices = [
  '0.005',
  '0.015',
  '0.125',
  '1.005',
  '2.675',
  '8.335',
  '19.99',
  '33.335',
  '0.0612',
  '1234.565',
  '0.01',
  '10.075',
]
const ofCurrency: Record<string, string[]> = {
  JPY: ['1', '105', '1999', '33'],
  BHD: ['0.005', '1.235', '0.001', '12.345'],
}
const quantities = ['1', '2', '3', '7', '0.5', '1.25', '0.3333', '1000', '11']
const rates: Record<string, string> = { USD: '1', EUR: '1.08', GBP: '1.27', JPY: '0.0067', BHD: '2.65' }

/** Numbers in [0, 1), the same for the same seed (mulberry32). */
export function sequence(seed: number): () => number {
  let state = seed >>> 0
  return () => {
    state = (state + 0x6d2b79f5) >>> 0
    let t = Math.imul(state ^ (state >>> 15), state | 1)
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61)
    return ((t ^ (t >>> 14)) >>> 0) / 4_294_967_296
  }
}

export function documentOf(next: () => number, number: string): Document {
  const pick = <T>(list: readonly T[]) => list[Math.floor(next() * list.length)] as T
  const currency = pick(currencies)
  const isInclusive = next() < 0.4
  const lines = Array.from({ length: 1 + Math.floor(next() * 4) }, () => {
    const [quantity, price] = [pick(quantities), pick(ofCurrency[currency] ?? prices)]
    return { quantity, price, amount: rounded(times(exact(quantity)!, exact(price)!)), tax: pick(taxes) }
  })
  const amount = sum(lines.map(line => line.amount))
  const tax = sum(lines.map(line => taxOf(line.amount, line.tax.percent, isInclusive)))
  const net = isInclusive ? amount - tax : amount
  const date = `2026-0${1 + Math.floor(next() * 9)}-1${Math.floor(next() * 10)}`
  return { number, currency, isInclusive, date, rate: rates[currency]!, lines, net, tax, total: net + tax }
}

function taxOf(amount: Exact, percent: string, isInclusive: boolean): Exact {
  const [rate, hundred] = [exact(percent)!, exact(100)!]
  return rounded(over(times(amount, rate), isInclusive ? hundred + rate : hundred))
}

/** As a person enters it at QuickBooks. */
export function atQuickbooks({ number, isInclusive, date, lines, rate }: Document, customer: string): object {
  return {
    ...{
      DocNumber: number,
      TxnDate: date,
      DueDate: date,
      CustomerRef: { value: customer },
      ExchangeRate: Number(rate),
    },
    GlobalTaxCalculation: isInclusive ? 'TaxInclusive' : 'TaxExcluded',
    Line: lines.map(({ quantity, price, amount, tax }) => ({
      ...{ Description: `${quantity} at ${price}`, DetailType: 'SalesItemLineDetail' },
      ...(isInclusive ? {} : { Amount: numberOf(amount) }),
      SalesItemLineDetail: {
        ...{ Qty: Number(quantity), TaxCodeRef: { value: tax.quickbooks } },
        ...(isInclusive ? { TaxInclusiveAmt: numberOf(amount) } : { UnitPrice: Number(price) }),
      },
    })),
  }
}

/** As a person enters it at Xero. */
export function atXero({ number, currency, isInclusive, date, lines }: Document, ContactID: string): object {
  return {
    ...{ Type: 'ACCREC', Status: 'AUTHORISED', InvoiceNumber: number, Contact: { ContactID }, CurrencyCode: currency },
    ...{ Date: date, DueDate: date, LineAmountTypes: isInclusive ? 'Inclusive' : 'Exclusive' },
    LineItems: lines.map(({ quantity, price, tax }) => ({
      ...{ Description: `${quantity} at ${price}`, Quantity: Number(quantity), UnitAmount: Number(price) },
      ...{ TaxType: tax.xero, AccountCode: '200' },
    })),
  }
}
