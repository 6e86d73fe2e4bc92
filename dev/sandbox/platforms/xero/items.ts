import { exact, numberOf, rounded } from '../../money.ts'
import { dropEntity, entityNamed, type Entity } from './entities.ts'
import type { Asked, Kind } from './kinds.ts'
import { accountOf, taxRateOf } from './organisations.ts'
import { checkLengths, Invalid } from './problems.ts'

/** https://developer.xero.com/documentation/api/accounting/items: the whole list comes at once. */
export const items: Kind = {
  plural: 'Items',
  idName: 'ItemID',
  scopes: ['settings'],
  isPaged: false,
  meant: (books, { Code }) => entityNamed(books, 'Items', Code),
  named: (books, code) => entityNamed(books, 'Items', code),
  settle(books, row, before, asked) {
    checkLengths(row, { Code: 30, Name: 50, Description: 4000, PurchaseDescription: 4000 })
    const entity: Entity = {
      ...{ IsSold: true, IsPurchased: true, IsTrackedAsInventory: false },
      ...before,
      ...row,
      // Whether what is left out of one stays is not documented: here it goes.
      SalesDetails: details(row['SalesDetails'] ?? before?.['SalesDetails'], asked),
      PurchaseDetails: details(row['PurchaseDetails'] ?? before?.['PurchaseDetails'], asked),
    }
    if (entity['IsSold'] === false) Object.assign(entity, { SalesDetails: {}, Description: undefined })
    const code = entity['Code']
    if (typeof code !== 'string' || code === '') throw new Invalid('Price List Item Code must be specified')
    const other = entityNamed(books, 'Items', code)
    if (other && other['ItemID'] !== before?.['ItemID'])
      throw new Invalid(`Price List Item with Code '${code}' already exists`)
    return { entity: { ...entity, Name: entity['Name'] ?? code }, name: code, isArchived: false }
  },
  delete: (books, { ItemID }) => dropEntity(books, 'Items', String(ItemID)),
}

function details(given: unknown, { unitPlaces }: Asked): Entity {
  const next = { ...(given as Entity | undefined) }
  const { UnitPrice: price } = next
  const [account, tax] = [next['AccountCode'], next['TaxType']] as (string | undefined)[]
  if (account !== undefined && !accountOf(account))
    throw new Invalid(`Account code '${account}' is not a valid code for this document.`)
  if (tax !== undefined && !taxRateOf(tax)) throw new Invalid(`The TaxType code '${tax}' does not exist.`)
  if (price === undefined || price === null) return next
  const amount = exact(price)
  if (amount === undefined || typeof price !== 'number') throw new Invalid('UnitPrice must be a number')
  return { ...next, UnitPrice: numberOf(rounded(amount, unitPlaces)) }
}
