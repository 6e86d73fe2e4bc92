import { Refusal } from './refusals.ts'

export type Values = Record<string, unknown>

/** What a field holds. `text` has its greatest length, `reference` names what it leads to. */
export type Field = (
  | { kind: 'text'; length: number; unique?: true }
  | { kind: 'email'; length: number }
  | { kind: 'number' | 'boolean' | 'datetime' | 'id' }
  | { kind: 'reference'; to: string }
) & { required?: true; readOnly?: true; label?: string }

export interface Entity {
  name: string
  /** What its ids begin with. */
  prefix: string
  fields: Readonly<Record<string, Field>>
}

const text = (length: number): Field => ({ kind: 'text', length })
const readOnly = (kind: 'number' | 'boolean' | 'datetime' | 'id'): Field => ({ kind, readOnly: true })
const system: Record<string, Field> = {
  Id: readOnly('id'),
  IsDeleted: readOnly('boolean'),
  MasterRecordId: readOnly('id'),
  CreatedDate: readOnly('datetime'),
  LastModifiedDate: readOnly('datetime'),
  SystemModstamp: readOnly('datetime'),
  OwnerId: readOnly('id'),
  // As an administrator may add one to each: an External Id, unique.
  Causeway_Id__c: { kind: 'text', length: 255, unique: true },
}
const address = (before: string): Record<string, Field> => ({
  [`${before}Street`]: text(255),
  [`${before}City`]: text(40),
  [`${before}State`]: text(80),
  [`${before}PostalCode`]: text(20),
  [`${before}Country`]: text(80),
})
const person: Record<string, Field> = {
  LastName: { ...text(80), required: true },
  FirstName: text(40),
  Salutation: text(40),
  Name: { kind: 'text', length: 121, readOnly: true },
  Email: { kind: 'email', length: 80 },
  Phone: text(40),
  MobilePhone: text(40),
  Title: text(128),
  LeadSource: text(40),
  Description: text(32_000),
}

/** https://developer.salesforce.com/docs/atlas.en-us.object_reference.meta/object_reference/sforce_api_objects_contact.htm */
export const entities: Record<string, Entity> = {
  Account: {
    name: 'Account',
    prefix: '001',
    fields: {
      ...system,
      Name: { ...text(255), required: true },
      ...{ Phone: text(40), Website: text(255), Industry: text(40), Type: text(40), AccountNumber: text(40) },
      ...{ Description: text(32_000), NumberOfEmployees: { kind: 'number' }, AnnualRevenue: { kind: 'number' } },
      ...address('Billing'),
      ...address('Shipping'),
    },
  },
  Contact: {
    name: 'Contact',
    prefix: '003',
    fields: {
      ...system,
      ...person,
      ...{ Department: text(80), AccountId: { kind: 'reference', to: 'Account' } },
      ...address('Mailing'),
      ...address('Other'),
    },
  },
  Lead: {
    name: 'Lead',
    prefix: '00Q',
    fields: {
      ...system,
      ...person,
      Company: { ...text(255), required: true },
      ...{ Status: text(40), Website: text(255), Industry: text(40), IsConverted: readOnly('boolean') },
      ...address(''),
    },
  },
}

/** An entity by its name, in whatever letters. @throws Refusal */
export function entityOf(name: string, status = 400): Entity {
  const found = Object.values(entities).find(one => one.name.toLowerCase() === name.toLowerCase())
  if (found) return found
  if (status === 404) throw new Refusal(404, 'NOT_FOUND', 'The requested resource does not exist')
  throw new Refusal(400, 'INVALID_TYPE', `sObject type '${name}' is not supported.`)
}

/** The name of a field as the entity has it; undefined where it has none. */
export function fieldName({ fields }: Entity, said: string): string | undefined {
  return Object.keys(fields).find(name => name.toLowerCase() === said.toLowerCase())
}

/** What is written as it is then kept, with null for what is emptied. Refuses what the platform does not take. */
export function taken(entity: Entity, said: Values, isNew: boolean): Values {
  const values: Values = {}
  for (const [name, value] of Object.entries(said)) {
    if (name === 'attributes' || (name.toLowerCase() === 'id' && !isNew)) continue
    const own = fieldName(entity, name)
    if (own === undefined)
      throw new Refusal(400, 'INVALID_FIELD', `No such column '${name}' on sobject of type ${entity.name}`)
    const field = entity.fields[own]!
    if (field.readOnly)
      throw new Refusal(
        ...([400, 'INVALID_FIELD_FOR_INSERT_UPDATE'] as const),
        `Unable to create/update fields: ${own}. Please check the security settings of this field and verify that it is read/write for your profile or permission set.`,
        [own],
      )
    values[own] = keptValue(own, field, value)
  }
  const missing = Object.entries(entity.fields)
    .filter(([name, { required }]) => required && (isNew ? (values[name] ?? null) === null : values[name] === null))
    .map(([name]) => name)
  if (missing.length > 0)
    throw new Refusal(400, 'REQUIRED_FIELD_MISSING', `Required fields are missing: [${missing.join(', ')}]`, missing)
  return values
}

function keptValue(name: string, field: Field, value: unknown): unknown {
  if (value === null) return null
  const wrong = (code: string, message: string) => new Refusal(400, code, message, [name])
  if (field.kind === 'number' || field.kind === 'boolean') {
    if (typeof value === field.kind) return value
    throw wrong('JSON_PARSER_ERROR', `Cannot deserialize instance of ${field.kind} from value ${JSON.stringify(value)}`)
  }
  if (typeof value !== 'string')
    throw wrong('JSON_PARSER_ERROR', `Cannot deserialize instance of string from value ${JSON.stringify(value)}`)
  const trimmed = value.trim()
  if (trimmed === '') return null
  if (field.kind === 'reference' && !/^[A-Za-z0-9]{15}([A-Za-z0-9]{3})?$/.test(trimmed))
    throw wrong('MALFORMED_ID', `${name}: id value of incorrect type: ${trimmed}`)
  if (field.kind === 'email' && !/^[^\s@]+@[^\s@]+\.[A-Za-z]{2,}$/.test(trimmed))
    throw wrong('INVALID_EMAIL_ADDRESS', `${name}: invalid email address: ${trimmed}`)
  if ((field.kind === 'text' || field.kind === 'email') && trimmed.length > field.length)
    throw wrong(
      'STRING_TOO_LONG',
      `${name}: data value too large: ${trimmed.slice(0, 40)} (max length=${field.length})`,
    )
  return trimmed
}

const suffixLetters = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ012345'

/** An id of 18 characters: the last three say which of the others are capitals. */
export function idOf(prefix: string, number: number): string {
  const short = `${prefix}5g00000${number.toString(36).toUpperCase().padStart(5, '0')}`
  const suffix = [0, 5, 10].map(start => {
    const bits = [...short.slice(start, start + 5)].map((letter, index) => (/[A-Z]/.test(letter) ? 1 << index : 0))
    return suffixLetters[bits.reduce((sum, bit) => sum + bit, 0)]
  })
  return short + suffix.join('')
}
