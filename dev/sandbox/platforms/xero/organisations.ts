import { createHash } from 'node:crypto'

export interface Organisation {
  tenantId: string
  tenantName: string
  baseCurrency: string
}

const maple = {
  tenantId: '70784a63-d24b-46a9-a4db-0e70a274b056',
  tenantName: 'Maple Florists Ltd',
  baseCurrency: 'NZD',
}
const adam = {
  tenantId: 'e0da6937-de07-4a14-adee-37abfac298ce',
  tenantName: 'Adam Demo Company (NZ)',
  baseCurrency: 'NZD',
}

/** The organisations that a person may open: one has one, another two; `org-<name>` has one of her own. */
export function organisationsOf(account: string): Organisation[] {
  if (account === 'one') return [maple]
  if (account === 'two') return [maple, adam]
  if (!/^org-\w+$/.test(account)) return []
  return [{ tenantId: tenantOf(account), tenantName: `Organisation ${account.slice(4)}`, baseCurrency: 'USD' }]
}

/** The tenant id of the organisation `org-<name>`. */
export function tenantOf(account: string): string {
  const hex = createHash('sha256').update(account).digest('hex')
  return [hex.slice(0, 8), hex.slice(8, 12), `4${hex.slice(13, 16)}`, `a${hex.slice(17, 20)}`, hex.slice(20, 32)].join(
    '-',
  )
}

const account = (Code: string, Name: string, Type: string, more: object = {}) => ({
  ...{ AccountID: tenantOf(`account-${Code}`), Code, Name, Type, Status: 'ACTIVE', EnablePaymentsToAccount: false },
  ...more,
})

/** The chart of accounts. https://developer.xero.com/documentation/api/accounting/accounts */
export const accounts = [
  account('090', 'Business Bank Account', 'BANK'),
  account('200', 'Sales', 'REVENUE'),
  account('260', 'Other Revenue', 'REVENUE'),
  account('310', 'Cost of Goods Sold', 'DIRECTCOSTS'),
  account('610', 'Accounts Receivable', 'CURRENT', { SystemAccount: 'DEBTORS' }),
  account('860', 'Rounding', 'EXPENSE', { SystemAccount: 'ROUNDING' }),
  account('880', 'Owner A Drawings', 'EQUITY', { EnablePaymentsToAccount: true }),
]

/** https://developer.xero.com/documentation/api/accounting/taxrates */
export const taxRates = [
  { Name: 'Tax Exempt', TaxType: 'NONE', percent: '0' },
  { Name: 'Zero Rated Income', TaxType: 'ZERORATEDOUTPUT', percent: '0' },
  { Name: '5% (VAT on Income)', TaxType: 'RROUTPUT', percent: '5' },
  { Name: '20% (VAT on Income)', TaxType: 'OUTPUT2', percent: '20' },
  { Name: '15% (GST on Income)', TaxType: 'OUTPUT', percent: '15' },
  { Name: 'Local Sales Tax 8.875%', TaxType: 'TAX001', percent: '8.875' },
]

/** The currencies that an organisation has added. */
export const currencies = ['USD', 'EUR', 'GBP', 'JPY', 'BHD', 'NZD', 'AUD', 'MYR']

export const accountOf = (code: unknown) => accounts.find(one => one.Code === code)
export const taxRateOf = (type: unknown) => taxRates.find(one => one.TaxType === type)

/** As the API gives a rate. */
export const shownRate = ({ Name, TaxType, percent }: (typeof taxRates)[number]) => ({
  ...{ Name, TaxType, Status: 'ACTIVE', CanApplyToRevenue: true, DisplayTaxRate: Number(percent) },
  ...{ EffectiveRate: Number(percent), TaxComponents: [{ Name: 'Tax', Rate: Number(percent), IsCompound: false }] },
})
