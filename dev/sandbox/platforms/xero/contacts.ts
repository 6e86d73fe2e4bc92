import { entityNamed, type Entity } from './entities.ts'
import type { Kind } from './kinds.ts'
import { checkLengths, Invalid } from './problems.ts'

const lengths = {
  ...{ Name: 255, FirstName: 255, LastName: 255, EmailAddress: 255, ContactNumber: 50, AccountNumber: 50 },
  ...{ TaxNumber: 50, CompanyNumber: 50 },
}
const addressLengths = {
  ...{ AddressLine1: 500, AddressLine2: 500, AddressLine3: 500, AddressLine4: 500, City: 255, Region: 255 },
  ...{ PostalCode: 50, Country: 50, AttentionTo: 255 },
}
const phoneLengths = { PhoneNumber: 50, PhoneAreaCode: 10, PhoneCountryCode: 20 }
const readOnly = ['Website', 'Discount', 'IsCustomer', 'IsSupplier', 'Balances', 'HasAttachments', 'UpdatedDateUTC']

/** https://developer.xero.com/documentation/api/accounting/contacts */
export const contacts: Kind = {
  plural: 'Contacts',
  idName: 'ContactID',
  scopes: ['contacts'],
  isPaged: true,
  meant: (books, { ContactNumber, Name }) => byNumber(books, ContactNumber) ?? entityNamed(books, 'Contacts', Name),
  named: byNumber,
  settle(books, row, before) {
    checkLengths(row, lengths)
    const given = Object.fromEntries(Object.entries(row).filter(([name]) => !readOnly.includes(name)))
    const entity: Entity = {
      ...{ ContactStatus: 'ACTIVE', EmailAddress: '', BankAccountDetails: '', ContactGroups: [], ContactPersons: [] },
      ...{ IsSupplier: false, IsCustomer: false, HasAttachments: false, HasValidationErrors: false },
      ...before,
      ...given,
      Addresses: joined(before?.['Addresses'], row['Addresses'], 'AddressType', ['STREET', 'POBOX'], blankAddress),
      Phones: joined(before?.['Phones'], row['Phones'], 'PhoneType', ['DEFAULT', 'DDI', 'FAX', 'MOBILE'], blankPhone),
    }
    const { Name: name, ContactStatus: status, EmailAddress: mail } = entity
    if (typeof name !== 'string' || name.trim() === '') throw new Invalid('The contact name must be specified')
    if (!['ACTIVE', 'ARCHIVED'].includes(String(status))) throw new Invalid('The contact status is not valid')
    // Letters beyond ASCII are not taken.
    if (mail !== '' && !/^[!-~]+@[!-~]+\.[!-~]+$/.test(String(mail))) throw new Invalid('Email Address must be valid.')
    const isArchived = status === 'ARCHIVED'
    const other = isArchived ? undefined : entityNamed(books, 'Contacts', name)
    if (other && other['ContactID'] !== before?.['ContactID'])
      throw new Invalid(
        `The contact name ${name} is already assigned to another contact. The contact name must be unique across all active contacts.`,
      )
    return { entity, name: isArchived ? null : name, isArchived }
  },
}

function byNumber({ storage, tenant }: Parameters<typeof entityNamed>[0], number: unknown): Entity | undefined {
  if (typeof number !== 'string' || number === '') return undefined
  const row = storage.get<{ body: string }>(
    `SELECT body FROM xero_entities
     WHERE tenant = ? AND kind = 'Contacts' AND json_extract(body, '$.ContactNumber') = ?`,
    ...[tenant, number],
  )
  return row && (JSON.parse(row.body) as Entity)
}

const blankAddress = { City: '', Region: '', PostalCode: '', Country: '' }
const blankPhone = { PhoneNumber: '', PhoneAreaCode: '', PhoneCountryCode: '' }

/** Every type is there, be it blank; those that are given replace theirs. */
function joined(before: unknown, given: unknown, typeName: string, types: readonly string[], blank: Entity): Entity[] {
  const rows = given === undefined || given === null ? [] : given
  if (!Array.isArray(rows)) throw new Invalid(`${typeName} must be one of a list`)
  for (const row of rows as Entity[]) {
    if (!types.includes(String(row[typeName])) && row[typeName] !== 'OFFICE')
      throw new Invalid(`${typeName} ${String(row[typeName])} is not valid`)
    checkLengths(row, typeName === 'PhoneType' ? phoneLengths : addressLengths)
    if (!/^[A-Za-z ]*$/.test((row['Country'] ?? '') as string)) throw new Invalid('Country may only contain letters')
  }
  return types.map(type => {
    const own = (rows as Entity[]).find(row => row[typeName] === type)
    const old = Array.isArray(before) ? (before as Entity[]).find(row => row[typeName] === type) : undefined
    return { [typeName]: type, ...blank, ...(own ?? old) }
  })
}
