import { exact } from '../../money.ts'
import { referenceOf, getEntity } from './entities.ts'
import { badReference, invalid, required, tooLong } from './faults.ts'
import { everyMember, type Kind } from './kinds.ts'

const types = ['Service', 'NonInventory', 'Inventory', 'Category', 'Group']

/** https://developer.intuit.com/app/developer/qbo/docs/api/accounting/all-entities/item */
export const items: Kind = {
  name: 'Item',
  isTransaction: false,
  members: new Set([
    ...[
      'Name',
      'Sku',
      'Description',
      'Active',
      'FullyQualifiedName',
      'Taxable',
      'SalesTaxIncluded',
      'UnitPrice',
      'Type',
    ],
    ...[
      'IncomeAccountRef',
      'ExpenseAccountRef',
      'AssetAccountRef',
      'PurchaseDesc',
      'PurchaseCost',
      'PurchaseTaxIncluded',
    ],
    ...['TrackQtyOnHand', 'QtyOnHand', 'InvStartDate', 'SalesTaxCodeRef', 'PurchaseTaxCodeRef', 'ParentRef', 'SubItem'],
    ...everyMember,
  ]),
  kept: [
    'Type',
    'TrackQtyOnHand',
    'QtyOnHand',
    'IncomeAccountRef',
    'ExpenseAccountRef',
    'AssetAccountRef',
    'InvStartDate',
  ],
  settle(company, next, before) {
    const { Name: name, Type: type = before?.['Type'] ?? 'Service' } = next
    if (typeof name !== 'string' || name === '') throw required('Name')
    if (name.length > 100) throw tooLong('Name', 100, name.length)
    if (/[:\t\n]/.test(name)) throw invalid('Name must be text without colon, tab or line end', 'Name')
    if (!types.includes(String(type))) throw invalid(`Invalid Enumeration : ${String(type)}`, 'Type')
    for (const amount of ['UnitPrice', 'PurchaseCost', 'QtyOnHand']) {
      if (next[amount] !== undefined && (typeof next[amount] !== 'number' || exact(next[amount]) === undefined))
        throw invalid(`${amount} must be a number`, amount)
    }
    // What sells has an account that its income goes to.
    const income = referenceOf(next['IncomeAccountRef'])
    if (income === undefined) throw required('IncomeAccountRef')
    if (!getEntity(company, 'Account', income))
      throw badReference(`Invalid Reference Id : Accounts element id ${income} not found`)
    if (type === 'Inventory') {
      for (const needed of ['AssetAccountRef', 'ExpenseAccountRef', 'InvStartDate', 'QtyOnHand', 'TrackQtyOnHand'])
        if (next[needed] === undefined) throw required(needed)
    }
    const entity = {
      ...{ Taxable: false, UnitPrice: 0, TrackQtyOnHand: false, Active: true },
      ...next,
      ...{ Type: type, FullyQualifiedName: name },
    }
    return { place: { space: 'item', name, active: entity['Active'] !== false }, entity }
  },
}
