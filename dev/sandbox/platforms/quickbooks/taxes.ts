import { type Exact, exact, numberOf, over, rounded, sum, times } from '../../money.ts'
import { type Company, type Entity, insertRow, referenceOf } from './entities.ts'
import { badReference, businessRule, intuitTime } from './faults.ts'

/** The codes of the company, each with one rate in percent. An edition outside the United States: each line names its code. */
export const taxCodes = [
  { id: 2, name: 'Exempt', percent: '0' },
  { id: 3, name: '0.0% Z', percent: '0' },
  { id: 4, name: '5.0% R', percent: '5' },
  { id: 5, name: '20.0% S', percent: '20' },
  { id: 6, name: '8.875% L', percent: '8.875' },
  { id: 7, name: '15.0% G', percent: '15' },
] as const

const rateIdOf = (codeId: number) => codeId + 20

/** Codes and rates as the company has them from the start. */
export function seedTaxes(company: Company): void {
  const s = 1_640_995_200
  const about = { domain: 'QBO', sparse: false, SyncToken: '0', Active: true }
  const MetaData = { CreateTime: intuitTime(s * 1000), LastUpdatedTime: intuitTime(s * 1000) }
  const place = { space: null, active: true, createdS: s, updatedS: s }
  for (const { id, name, percent } of taxCodes) {
    const rate = { Name: name, Id: String(rateIdOf(id)), RateValue: Number(percent), ...about, MetaData }
    const TaxRateDetail = [{ TaxRateRef: { value: rate.Id, name }, TaxTypeApplicable: 'TaxOnAmount', TaxOrder: 0 }]
    const code = { Name: name, Id: String(id), Taxable: true, TaxGroup: true, SalesTaxRateList: { TaxRateDetail } }
    insertRow(company, 'TaxRate', { ...place, id: rateIdOf(id), name, body: JSON.stringify(rate) })
    insertRow(company, 'TaxCode', { ...place, id, name, body: JSON.stringify({ ...code, ...about, MetaData }) })
  }
}

/** A line with its net amount, what it costs with tax where that was said, and its code. */
export interface TaxedLine {
  net: Exact
  gross: Exact | undefined
  code: string
}

/**
 * The taxes of a transaction: reckoned line by line and rounded there, so that the sum may differ from the tax of the sum. An amount
 * that the writer gives for a rate counts instead, and what it differs by is noted.
 * https://developer.intuit.com/app/developer/qbo/docs/workflows/manage-sales-tax-for-non-us-locales
 */
export function taxesOf(lines: readonly TaxedLine[], given: unknown): { total: Exact; detail: Entity } {
  const overridden = givenAmounts(given)
  const byCode = new Map<string, TaxedLine[]>()
  for (const line of lines) byCode.set(line.code, [...(byCode.get(line.code) ?? []), line])
  const amounts: Exact[] = []
  const TaxLine = [...byCode].map(([code, of]) => {
    const { id, percent } = codeOf(code)
    const reckoned = sum(of.map(line => taxOf(line, percent)))
    const own = overridden.get(String(rateIdOf(id)))
    amounts.push(own ?? reckoned)
    const TaxLineDetail = {
      ...{ TaxRateRef: { value: String(rateIdOf(id)) }, PercentBased: true, TaxPercent: Number(percent) },
      NetAmountTaxable: numberOf(sum(of.map(({ net }) => net))),
      ...(own === undefined || own === reckoned ? {} : { OverrideDeltaAmount: numberOf(own - reckoned) }),
    }
    return { Amount: numberOf(own ?? reckoned), DetailType: 'TaxLineDetail', TaxLineDetail }
  })
  const total = sum(amounts)
  return { total, detail: { TotalTax: numberOf(total), TaxLine } }
}

/** The tax of one line. What was priced with tax keeps its price. */
export function taxOf({ net, gross }: TaxedLine, percent: string): Exact {
  return gross === undefined ? rounded(over(times(net, exact(percent)!), exact(100)!)) : gross - net
}

export function codeOf(id: string): (typeof taxCodes)[number] {
  const code = taxCodes.find(one => String(one.id) === id)
  if (!code) throw badReference(`Invalid Reference Id : TaxCode element id ${id} not found`)
  return code
}

export function codeOfLine(detail: Entity): string {
  const code = referenceOf(detail['TaxCodeRef'])
  if (code === undefined) throw businessRule('Make sure all your transactions have a VAT rate before you save.')
  codeOf(code)
  return code
}

function givenAmounts(given: unknown): Map<string, Exact> {
  const lines = (given as { TaxLine?: unknown } | undefined)?.TaxLine
  const amounts = new Map<string, Exact>()
  for (const line of Array.isArray(lines) ? (lines as Entity[]) : []) {
    const rate = referenceOf((line['TaxLineDetail'] as Entity | undefined)?.['TaxRateRef'])
    const amount = exact(line['Amount'])
    if (rate !== undefined && amount !== undefined) amounts.set(rate, rounded(amount))
  }
  return amounts
}
