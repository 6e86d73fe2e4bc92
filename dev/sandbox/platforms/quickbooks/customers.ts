import { type Entity, removeEntity, getEntity, type Company } from './entities.ts'
import { invalid, notFound, required, validationFault } from './faults.ts'
import { everyMember, type Kind } from './kinds.ts'

const people = [
  ...['Title', 'GivenName', 'MiddleName', 'FamilyName', 'Suffix', 'DisplayName', 'CompanyName', 'PrintOnCheckName'],
  ...[
    'Active',
    'PrimaryPhone',
    'AlternatePhone',
    'Mobile',
    'Fax',
    'PrimaryEmailAddr',
    'WebAddr',
    'BillAddr',
    'Balance',
  ],
  ...['CurrencyRef', 'BusinessNumber', 'PrimaryTaxIdentifier', ...everyMember],
]

/** https://developer.intuit.com/app/developer/qbo/docs/api/accounting/all-entities/customer */
export const customers: Kind = {
  name: 'Customer',
  isTransaction: false,
  members: new Set([
    ...people,
    ...['ShipAddr', 'Notes', 'Job', 'Taxable', 'ParentRef', 'BillWithParent', 'PreferredDeliveryMethod', 'ResaleNum'],
    ...['SalesTermRef', 'PaymentMethodRef', 'TaxExemptionReasonId', 'DefaultTaxCodeRef', 'ClientEntityId'],
    ...['FullyQualifiedName', 'BalanceWithJobs', 'IsProject'],
  ]),
  kept: ['Balance', 'BalanceWithJobs', 'CurrencyRef', 'IsProject', 'Job', 'BillWithParent', 'Taxable'],
  settle(_company, next, before) {
    const name = nameOf(next, before)
    const fresh = {
      ...{ Taxable: false, Job: false, BillWithParent: false, Balance: 0, BalanceWithJobs: 0, IsProject: false },
      ...{ CurrencyRef: { value: 'USD', name: 'United States Dollar' }, PreferredDeliveryMethod: 'Print' },
    }
    const entity = {
      ...(before ? {} : fresh),
      Active: true,
      ...next,
      ...{ FullyQualifiedName: name, DisplayName: name },
      ...(before ? {} : { PrintOnCheckName: next['PrintOnCheckName'] ?? name }),
    }
    return { place: { space: 'person', name, active: entity['Active'] !== false }, entity }
  },
}

/** Vendors share the names of customers. https://developer.intuit.com/app/developer/qbo/docs/api/accounting/all-entities/vendor */
export const vendors: Kind = {
  name: 'Vendor',
  isTransaction: false,
  members: new Set([...people, 'Vendor1099', 'TaxIdentifier', 'AcctNum', 'BillRate']),
  kept: ['Balance', 'CurrencyRef', 'Vendor1099'],
  settle(_company, next, before) {
    const name = nameOf(next, before)
    const fresh = { Balance: 0, Vendor1099: false, CurrencyRef: { value: 'USD', name: 'United States Dollar' } }
    const entity = { ...(before ? {} : fresh), Active: true, ...next, DisplayName: name }
    return { place: { space: 'person', name, active: entity['Active'] !== false }, entity }
  },
}

/** A customer merged away: gone from queries, `Deleted` in the change feed. */
export function mergeCustomer(company: Company, id: string): void {
  if (!getEntity(company, 'Customer', id)) throw notFound()
  removeEntity(company, 'Customer', id)
}

/** Throws the faults 2010, 2020 and 2210. */
function nameOf(next: Entity, before: Entity | undefined): string {
  const { DisplayName: given, PrimaryEmailAddr: mail } = next
  if (given !== undefined && (typeof given !== 'string' || given.length > 500 || /[:\t\n]/.test(given)))
    throw invalid('DisplayName must be text without colon, tab or line end, at most 500 characters', 'DisplayName')
  const address = (mail as { Address?: unknown } | null | undefined)?.Address ?? ''
  if (address !== '' && (typeof address !== 'string' || !/^[^\s@]+@[^\s@]+$/.test(address)))
    throw validationFault(
      '2210',
      'Invalid Email Address format',
      'Email Address does not follow the format "name@domain"',
      'PrimaryEmailAddr',
    )
  const parts = [next['Title'], next['GivenName'], next['MiddleName'], next['FamilyName'], next['Suffix']]
  const name = before ? (given ?? before['DisplayName']) : (given ?? parts.filter(Boolean).join(' '))
  if (typeof name !== 'string' || name === '') throw required('DisplayName')
  return name
}
