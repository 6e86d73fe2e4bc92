import { connectedCompany } from '../company.ts'
import { quickbooksBooks, xeroBooks } from './book-accounts.ts'
import { casesOf, recordId } from './book-cases.ts'
import { quickbooksSides, xeroSides } from './book-sides.ts'

// What a sync of each model of QuickBooks and Xero does, both ways, in the platforms' own wire format.

const { hub, sandbox } = await connectedCompany(0)
const quickbooks = await quickbooksBooks(hub, sandbox)

const sides = quickbooksSides(sandbox, quickbooks, recordId(quickbooks))
// Each of an organisation of its own: one may be called sixty times a minute.
for (const index of [0, 1, 2, 3]) {
  const xero = await xeroBooks(hub, sandbox)
  sides.push(xeroSides(sandbox, xero, recordId(xero))[index]!)
}

describe.each(sides.map(side => [side.title, side] as const))('%s', (_title, side) => {
  it.each(casesOf(side))('%s', (_case, show) => show())
})
